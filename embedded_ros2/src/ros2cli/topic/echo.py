"""``ros2 topic echo``."""

import argparse
import time
from typing import Any

import yaml

from ..direct_node import absolute, add_node_arguments, direct_node, spin
from ..errors import CommandError
from ..qos import adapt_to_publishers, add_qos_arguments
from .messages import field, message_class, message_class_of


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``echo``."""
    add_node_arguments(parser)
    parser.add_argument("topic_name", help="Name of the ROS topic to listen to (e.g. '/chatter')")
    parser.add_argument(
        "message_type", nargs="?", help="Type of the ROS message (e.g. 'std_msgs/msg/String')"
    )
    add_qos_arguments(parser, "subscribe", "sensor_data")
    parser.add_argument(
        "--csv",
        action="store_true",
        help="Output all recursive fields separated by commas (e.g. for plotting)",
    )
    parser.add_argument(
        "--field", help="Echo a selected field of a message. Use '.' to select sub-fields."
    )
    parser.add_argument(
        "--full-length", "-f", action="store_true", help="Output all elements for arrays and texts"
    )
    parser.add_argument(
        "--truncate-length", "-l", type=_positive, default=128,
        help="The length to truncate arrays, bytes, and strings to (default: 128)",
    )  # fmt: skip
    parser.add_argument(
        "--no-arr", action="store_true", help="Don't print array fields of messages"
    )
    parser.add_argument(
        "--no-str", action="store_true", help="Don't print string fields of messages"
    )
    parser.add_argument(
        "--flow-style", action="store_true", help="Print collections in the block style"
    )
    parser.add_argument("--lost-messages", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument(
        "--no-lost-messages", action="store_true", help="Don't report when a message is lost"
    )
    parser.add_argument("--raw", action="store_true", help="Echo the raw binary representation")
    parser.add_argument(
        "--filter",
        metavar="EXPR",
        help="Python expression over the message 'm' that says which messages to print",
    )
    parser.add_argument(
        "--once", action="store_true", help="Print the first message received and then exit."
    )
    parser.add_argument(
        "--timeout", metavar="N", type=float,
        help="Exit, with code 1, if no message has been received for N seconds",
    )  # fmt: skip
    parser.add_argument(
        "--include-message-info", "-i", action="store_true", help="Shows the associated info."
    )


def _positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"must be a positive number, not {text}")
    return value


def _text(args: argparse.Namespace, message: Any) -> str:
    from rosidl_runtime_py import message_to_csv, message_to_yaml

    length = None if args.full_length else args.truncate_length
    value = field(message, args.field)
    if not hasattr(value, "get_fields_and_field_types"):
        return f"{value}\n---"
    if args.csv:
        return message_to_csv(
            value, truncate_length=length, no_arr=args.no_arr, no_str=args.no_str
        )
    return (
        message_to_yaml(
            value,
            truncate_length=length,
            no_arr=args.no_arr,
            no_str=args.no_str,
            flow_style=args.flow_style,
        )
        + "---"
    )


def echo(args: argparse.Namespace) -> int:
    """Print messages as they come."""
    accepts = _filter(args.filter)
    with direct_node(args) as node:
        topic = absolute(args.topic_name)
        cls = message_class(args.message_type) if args.message_type else None
        cls = cls or message_class_of(node, topic)
        done = False
        last = time.monotonic()

        def on_message(message: Any, info: Any) -> None:
            nonlocal done, last
            last = time.monotonic()
            if done or (accepts is not None and not accepts(message)):
                return
            if args.include_message_info:
                print(yaml.safe_dump(dict(info)), end="---\n")
            if args.raw:
                print(message, end="\n---\n")
            else:
                print(_text(args, message))
            done = args.once

        profile = adapt_to_publishers(args, node.get_publishers_info_by_topic(topic))
        node.create_subscription(cls, topic, on_message, profile, raw=args.raw)

        def is_late() -> bool:
            return args.timeout is not None and time.monotonic() - last > args.timeout

        spin(node, lambda: done or is_late(), 0.1 if args.timeout else 0.5)
        return 1 if is_late() and not done else 0


def _filter(expression: str | None) -> Any:
    if expression is None:
        return None
    try:
        return eval(f"lambda m: {expression}")
    except SyntaxError:
        raise CommandError(f"Invalid filter '{expression}': not a Python expression") from None
