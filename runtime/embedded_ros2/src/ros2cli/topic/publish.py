"""``ros2 topic pub``."""

import argparse
import time
from collections.abc import Callable
from typing import Any

import yaml

from ..direct_node import absolute, add_direct_arguments, direct_node, spin
from ..errors import CommandError
from ..interface_class import interface_class
from ..numbers import positive_float, unsigned_int
from ..qos import add_qos_arguments, profile_from_arguments
from ..verbs import add_missing_options

POLL_S = 0.1


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``pub``."""
    parser.add_argument("topic_name", help="Name of the ROS topic to publish to (e.g. '/chatter')")
    parser.add_argument(
        "message_type", help="Type of the ROS message (e.g. 'std_msgs/msg/String')"
    )
    parser.add_argument(
        "values",
        nargs="?",
        default="{}",
        help="Values to fill the message with in YAML format (e.g. 'data: Hello World'), "
        "otherwise the message will be published with default values",
    )
    parser.add_argument(
        "-r", "--rate", metavar="N", type=positive_float, default=1.0,
        help="Publishing rate in Hz (default: 1)",
    )  # fmt: skip
    parser.add_argument(
        "-p", "--print", metavar="N", dest="print_every", type=int, default=1,
        help="Only print every N-th published message (default: 1)",
    )  # fmt: skip
    group = parser.add_mutually_exclusive_group()
    group.add_argument("-1", "--once", action="store_true", help="Publish one message and exit")
    group.add_argument(
        "-t", "--times", type=unsigned_int, default=0,
        help="Publish this number of times and then exit",
    )  # fmt: skip
    parser.add_argument(
        "-w", "--wait-matching-subscriptions", type=unsigned_int, default=None,
        help="Wait until finding the specified number of matching subscriptions. Defaults to 1 "
        "when using '-1'/'--once'/'--times', otherwise defaults to 0.",
    )  # fmt: skip
    parser.add_argument(
        "--max-wait-time-secs", type=positive_float, default=None,
        help="This sets the maximum wait time in seconds if --wait-matching-subscriptions is set",
    )  # fmt: skip
    parser.add_argument(
        "--keep-alive", metavar="N", type=positive_float, default=0.1,
        help="Keep publishing node alive for N seconds after the last msg (default: 0.1)",
    )  # fmt: skip
    parser.add_argument(
        "-n", "--node-name", dest="publishing_node_name",
        help="Name of the created publishing node",
    )  # fmt: skip
    add_qos_arguments(parser, "publish", "default")
    add_direct_arguments(parser)
    add_missing_options(parser, "--stdin", "--yaml-file")


def fill(message: Any, text: str, *, expand: bool = False) -> list[Callable[[Any], None]]:
    """Set a message's fields from YAML.

    Args:
        message: the message.
        text: the YAML.
        expand: whether ``auto`` and ``now`` stand for the current time.

    Returns:
        Functions that set the fields which ``auto`` and ``now`` stand in.

    Raises:
        CommandError: the text is not a dictionary of the message's fields.
    """
    from rosidl_runtime_py import set_message_fields

    try:
        values = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise CommandError(
            f"The passed value is not YAML: {' '.join(str(error).split())}"
        ) from None
    if not isinstance(values, dict):
        raise CommandError("The passed value needs to be a dictionary in YAML format")
    try:
        return set_message_fields(message, values, expand, expand)
    except Exception as error:
        raise CommandError(f"Failed to populate field: {error}") from None


def _wait_for_subscriptions(args: argparse.Namespace, publisher: Any) -> None:
    import rclpy

    wanted = args.wait_matching_subscriptions
    if wanted is None:
        wanted = 1 if args.once or args.times else 0
    if not wanted and args.max_wait_time_secs is not None:
        raise CommandError(
            "--max-wait-time-secs option is only effective with --wait-matching-subscriptions, "
            "--once or --times"
        )
    begin = time.monotonic()
    told = 0
    while (count := publisher.get_subscription_count()) < wanted and rclpy.ok():
        waited = time.monotonic() - begin
        if waited >= told:
            told += 1
            print(f"Waiting for at least {wanted} matching subscription(s)...", flush=True)
        if args.max_wait_time_secs is not None and waited >= args.max_wait_time_secs:
            raise CommandError(
                f"Timed out waiting for subscribers: Expected {wanted} subcribers but only got "
                f"{count} subscribers"
            )
        time.sleep(POLL_S)


def publish(args: argparse.Namespace) -> int:
    """Publish a message, once, some times, or until Ctrl-C."""
    cls = interface_class("message", args.message_type)
    message = cls()
    stamps = fill(message, args.values, expand=True)
    with direct_node(args) as node:
        publisher = node.create_publisher(
            cls, absolute(args.topic_name), profile_from_arguments(args)
        )
        _wait_for_subscriptions(args, publisher)
        print("publisher: beginning loop", flush=True)
        total = 1 if args.once else args.times
        count = 0

        def step() -> None:
            nonlocal count
            if total and count >= total:
                return
            count += 1
            now = node.get_clock().now().to_msg()
            for set_stamp in stamps:
                set_stamp(now)
            if args.print_every and count % args.print_every == 0:
                print(f"publishing #{count}: {message!r}\n", flush=True)
            publisher.publish(message)

        step()
        node.create_timer(1.0 / args.rate, step)
        spin(node, lambda: bool(total) and count >= total, min(1.0 / args.rate, 0.5))
        if total:
            time.sleep(args.keep_alive)
    return 0
