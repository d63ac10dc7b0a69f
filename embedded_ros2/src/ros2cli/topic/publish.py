"""``ros2 topic pub``."""

import argparse
import time
from typing import Any

import yaml

from ..direct_node import absolute, add_node_arguments, direct_node, spin
from ..errors import CommandError
from ..qos import add_qos_arguments, profile_from_arguments
from .messages import message_class


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``pub``."""
    add_node_arguments(parser)
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
        "-r", "--rate", metavar="N", type=_rate, default=1.0,
        help="Publishing rate in Hz (default: 1)",
    )  # fmt: skip
    parser.add_argument(
        "-p", "--print", metavar="N", dest="print_every", type=int, default=1,
        help="Only print every N-th published message (default: 1)",
    )  # fmt: skip
    group = parser.add_mutually_exclusive_group()
    group.add_argument("-1", "--once", action="store_true", help="Publish one message and exit")
    group.add_argument(
        "-t", "--times", type=int, default=0, help="Publish this number of times and then exit"
    )
    parser.add_argument(
        "-w", "--wait-matching-subscriptions", type=int, default=None,
        help="Wait until finding the specified number of matching subscriptions. Defaults to 1 "
        "when using '-1'/'--once'/'--times', otherwise defaults to 0.",
    )  # fmt: skip
    parser.add_argument(
        "--max-wait-time-secs", type=float, default=None,
        help="This sets the maximum wait time in seconds if --wait-matching-subscriptions is set",
    )  # fmt: skip
    parser.add_argument(
        "--keep-alive", metavar="N", type=float, default=0.1,
        help="Keep publishing node alive for N seconds after the last msg (default: 0.1)",
    )  # fmt: skip
    parser.add_argument("-n", "--node-name", help="Name of the created publishing node")
    add_qos_arguments(parser, "publish", "default")


def _rate(text: str) -> float:
    value = float(text)
    if value <= 0:
        raise argparse.ArgumentTypeError(f"rate must be greater than zero, not {text}")
    return value


def fill(message: Any, text: str) -> None:
    """Set a message's fields from YAML.

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
    if values is None:
        return
    if not isinstance(values, dict):
        raise CommandError("The passed value needs to be a dictionary in YAML format")
    try:
        set_message_fields(message, values)
    except Exception as error:
        raise CommandError(f"Failed to populate field: {error}") from None


def _wait_for_subscriptions(args: argparse.Namespace, publisher: Any) -> bool:
    wanted = args.wait_matching_subscriptions
    if wanted is None:
        wanted = 1 if args.once or args.times else 0
    begin = told = time.monotonic()
    while publisher.get_subscription_count() < wanted:
        now = time.monotonic()
        if args.max_wait_time_secs is not None and now - begin > args.max_wait_time_secs:
            print(
                f"Timed out waiting for subscribers: Expected {wanted} subscribers but only got "
                f"{publisher.get_subscription_count()} subscribers"
            )
            return False
        if now - told > 1.0:
            told = now
            print(f"Waiting for at least {wanted} matching subscription(s)...", flush=True)
        time.sleep(0.02)
    return True


def publish(args: argparse.Namespace) -> int:
    """Publish a message, once, some times, or until Ctrl-C."""
    cls = message_class(args.message_type)
    message = cls()
    fill(message, args.values)
    with direct_node(args) as node:
        publisher = node.create_publisher(
            cls, absolute(args.topic_name), profile_from_arguments(args)
        )
        try:
            if not _wait_for_subscriptions(args, publisher):
                return 1
        except KeyboardInterrupt:
            return 0
        print("publisher: beginning loop", flush=True)
        total = 1 if args.once else args.times
        count = 0
        following = time.monotonic()

        def step() -> bool:
            nonlocal count, following
            if time.monotonic() < following:
                return False
            following += 1.0 / args.rate
            count += 1
            if args.print_every and count % args.print_every == 0:
                print(f"publishing #{count}: {message!r}\n", flush=True)
            publisher.publish(message)
            return bool(total) and count >= total

        spin(node, step, min(0.5 / args.rate, 0.05))
        if total:
            time.sleep(args.keep_alive)
    return 0
