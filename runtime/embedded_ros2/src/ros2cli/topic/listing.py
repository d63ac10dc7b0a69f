"""``ros2 topic list``, ``info``, ``type`` and ``find``."""

import argparse
from typing import Any

from ..direct_node import absolute, add_node_arguments, direct_node
from ..errors import CommandError
from ..graph_names import (
    add_listing_arguments,
    add_show_types,
    print_names_or_count,
    print_pairs,
    visible,
)
from .messages import topic_type


def add_list_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``list``."""
    add_listing_arguments(parser, "topics")
    add_show_types(parser, "topic")
    parser.add_argument(
        "-v", "--verbose", action="store_true", help="List full details about each topic"
    )


def topics(node: Any, include_hidden: bool) -> list[tuple[str, list[str]]]:
    """Return (name, types) of the topics, by name."""
    return visible(node.get_topic_names_and_types(), include_hidden)


def list_topics(args: argparse.Namespace) -> None:
    """Print the topics."""
    with direct_node(args, discover=True) as node:
        found = topics(node, args.include_hidden_topics)
        if args.count_topics:
            print(len(found))
        elif args.verbose:
            for title, count in (
                ("Published topics", node.count_publishers),
                ("Subscribed topics", node.count_subscribers),
            ):
                print(f"{title}:")
                for name, types in found:
                    number = count(name)
                    noun = title.split("ed ")[0].lower()
                    noun = {"publish": "publisher", "subscrib": "subscriber"}[noun]
                    if number:
                        plural = "" if number == 1 else "s"
                        print(f" * {name} [{', '.join(types)}] {number} {noun}{plural}")
                print()
        else:
            print_pairs(found, args.show_types)


def add_info_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``info``."""
    add_node_arguments(parser)
    parser.add_argument("topic_name", help="Name of the ROS topic to get info (e.g. '/chatter')")
    parser.add_argument(
        "-v",
        "--verbose",
        action="store_true",
        help="Prints detailed information like the node name, node namespace, topic type, topic "
        "type hash, topic endpoint type, topic endpoint gid, and QoS profile",
    )


def show_info(args: argparse.Namespace) -> None:
    """Print who publishes and subscribes a topic."""
    topic = absolute(args.topic_name)
    with direct_node(args, discover=True) as node:
        types = dict(topics(node, True)).get(topic)
        if types is None:
            raise CommandError(f"Unknown topic '{args.topic_name}'")
        print(
            f"Type: {types[0] if len(types) == 1 else types}", end="\n\n" if args.verbose else "\n"
        )
        for title, infos in (
            ("Publisher", node.get_publishers_info_by_topic(topic)),
            ("Subscription", node.get_subscriptions_info_by_topic(topic)),
        ):
            print(f"{title} count: {len(infos)}", end="\n\n" if args.verbose else "\n")
            if args.verbose:
                for info in infos:
                    print(info, end="\n\n")


def add_type_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``type``."""
    add_node_arguments(parser)
    parser.add_argument("topic_name", help="Name of the ROS topic to get type (e.g. '/chatter')")


def show_type(args: argparse.Namespace) -> int:
    """Print the type of a topic; the exit code is 1 if nobody has it."""
    with direct_node(args) as node:
        name = topic_type(node, args.topic_name)
    if name is None:
        return 1
    print(name)
    return 0


def add_find_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``find``."""
    add_listing_arguments(parser, "topics")
    parser.add_argument(
        "topic_type", help="Name of the ROS topic type to filter for (e.g. 'std_msgs/msg/String')"
    )


def find_topics(args: argparse.Namespace) -> None:
    """Print the topics of a type."""
    with direct_node(args, discover=True) as node:
        found = [n for n, t in topics(node, args.include_hidden_topics) if args.topic_type in t]
    print_names_or_count(found, args.count_topics)
