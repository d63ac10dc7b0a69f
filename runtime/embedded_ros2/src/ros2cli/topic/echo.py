"""``ros2 topic echo``."""

import argparse
import time
from typing import Any

import yaml

from ..direct_node import absolute, add_node_arguments, direct_node, spin
from ..errors import CommandError
from ..interface_class import interface_class
from ..numbers import positive_float, unsigned_int
from ..qos import adapt_to_publishers, add_qos_arguments
from .messages import field, field_path, message_class_of


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
        "--truncate-length", "-l", type=unsigned_int, default=128,
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
    # Deprecated in the real one, where it does nothing.
    parser.add_argument("--lost-messages", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument(
        "--no-lost-messages", action="store_true", help="Don't report when a message is lost"
    )
    parser.add_argument("--raw", action="store_true", help="Echo the raw binary representation")
    parser.add_argument(
        "--filter",
        metavar="EXPR",
        help="Python expression over 'm', the message or the field of it, that says what to print",
    )
    parser.add_argument(
        "--once", action="store_true", help="Print the first message received and then exit."
    )
    parser.add_argument(
        "--timeout", metavar="N", type=positive_float,
        help="Set a timeout in seconds for waiting",
    )  # fmt: skip
    parser.add_argument(
        "--include-message-info", "-i", action="store_true", help="Shows the associated info."
    )


def _text(args: argparse.Namespace, value: Any) -> str:
    from rosidl_runtime_py import message_to_csv, message_to_yaml

    length = None if args.full_length else args.truncate_length
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
    """Print messages as they come, for ``--timeout`` seconds if that is given."""
    accepts = message_filter(args.filter)
    path = field_path(args.field)
    with direct_node(args) as node:
        topic = absolute(args.topic_name)
        if args.message_type:
            cls = interface_class("message", args.message_type)
        else:
            cls = message_class_of(node, args.topic_name)
        done = False
        deadline = None if args.timeout is None else time.monotonic() + args.timeout

        def on_message(message: Any, info: Any) -> None:
            nonlocal done
            if done:
                return
            value = field(message, path)
            if accepts is not None and not accepts(value):
                return
            done = args.once
            if args.include_message_info:
                print(yaml.safe_dump(dict(info)), end="---\n")
            print(_text(args, value))

        profile = adapt_to_publishers(args, node.get_publishers_info_by_topic(topic))
        node.create_subscription(cls, topic, on_message, profile, raw=args.raw)

        def is_over() -> bool:
            return done or (deadline is not None and time.monotonic() > deadline)

        spin(node, is_over, 0.1 if deadline else 0.5)
    return 0


def message_filter(expression: str | None) -> Any:
    """Return the predicate that a Python expression over ``m`` is, None for none.

    Raises:
        CommandError: it is no expression.
    """
    if expression is None:
        return None
    try:
        return eval(f"lambda m: {expression}")
    except SyntaxError:
        raise CommandError(f"Invalid filter '{expression}': not a Python expression") from None
