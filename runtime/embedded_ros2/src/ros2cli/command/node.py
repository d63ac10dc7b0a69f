"""``ros2 node``: nodes of the graph."""

import argparse
import sys
from collections.abc import Iterable

from ..direct_node import add_node_arguments, direct_node, wait_until
from ..errors import CommandError
from ..graph_names import add_count, print_names, visible
from ..nodes import node_names, split_name
from ..verbs import Verb

ACTION_SERVICE = "/_action/send_goal"

NONUNIQUE_WARNING = (
    "There are {count} nodes in the graph with the exact name '{name}'. You are seeing "
    "information about only one of them."
)

Pairs = list[tuple[str, list[str]]]


def _list_arguments(parser: argparse.ArgumentParser) -> None:
    add_node_arguments(parser)
    parser.add_argument(
        "-a", "--all", action="store_true", help="Display all nodes even hidden ones"
    )
    add_count(parser, "nodes")


def _list(args: argparse.Namespace) -> None:
    with direct_node(args, discover=True) as node:
        own = f"/{node.get_name()}"
        names = [name for name in node_names(node, args.all) if name != own]
    if args.count_nodes:
        print(len(names))
        return
    for name in sorted(set(names)):
        if names.count(name) > 1:
            print(
                "WARNING: Be aware that there are nodes in the graph that share an exact name, "
                "which can have unintended side effects.",
                file=sys.stderr,
            )
            break
    print_names(names)


def _info_arguments(parser: argparse.ArgumentParser) -> None:
    add_node_arguments(parser)
    parser.add_argument("node_name", help="Fully qualified node name to request information")
    parser.add_argument(
        "--include-hidden",
        action="store_true",
        help="Display hidden topics, services, and actions as well",
    )


def _print(title: str, pairs: Iterable[tuple[str, list[str]]], include_hidden: bool) -> None:
    print(f"  {title}:")
    shown = visible(pairs, include_hidden)
    print("\n".join(f"    {name}: {', '.join(types)}" for name, types in shown))


def _actions(pairs: Pairs, ending: str) -> Pairs:
    found = []
    for name, types in pairs:
        if name.endswith(ending):
            stripped = [type_name.removesuffix("_SendGoal") for type_name in types]
            found.append((name.removesuffix(ending), stripped))
    return found


def _info(args: argparse.Namespace) -> None:
    wanted = args.node_name
    with direct_node(args, discover=True) as node:
        find = lambda: node_names(node, True).count(wanted) or None  # noqa: E731
        count = wait_until(find)
        if count is None:
            raise CommandError(f"Unable to find node '{wanted}'")
        if count > 1:
            print(NONUNIQUE_WARNING.format(count=count, name=wanted), file=sys.stderr)
        who = split_name(wanted)
        subscribers = node.get_subscriber_names_and_types_by_node(*who)
        publishers = node.get_publisher_names_and_types_by_node(*who)
        servers = node.get_service_names_and_types_by_node(*who)
        clients = node.get_client_names_and_types_by_node(*who)
    print(wanted)
    hidden = args.include_hidden
    _print("Subscribers", subscribers, hidden)
    _print("Publishers", publishers, hidden)
    _print("Service Servers", servers, hidden)
    _print("Service Clients", clients, hidden)
    _print("Action Servers", _actions(servers, ACTION_SERVICE), hidden)
    _print("Action Clients", _actions(clients, ACTION_SERVICE), hidden)


VERBS = {
    "info": Verb("Output information about a node", _info_arguments, _info),
    "list": Verb("Output a list of available nodes", _list_arguments, _list),
}
