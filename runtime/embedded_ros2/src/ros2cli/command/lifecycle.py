"""``ros2 lifecycle``: nodes with managed states."""

import argparse
from typing import Any

from ..calls import call
from ..direct_node import add_node_arguments, direct_node, is_hidden
from ..errors import CommandError
from ..graph_names import add_count, add_include_hidden, print_names_or_count
from ..nodes import require_node
from ..verbs import Verb

GET_STATE = "lifecycle_msgs/srv/GetState"


def lifecycle_nodes(node: Any, include_hidden: bool = False) -> list[str]:
    """Return the full names of the nodes that have a lifecycle, sorted."""
    names = sorted(
        name.removesuffix("/get_state")
        for name, types in node.get_service_names_and_types()
        if name.endswith("/get_state") and GET_STATE in types
    )
    return [name for name in names if include_hidden or not is_hidden(name)]


def _nodes_arguments(parser: argparse.ArgumentParser) -> None:
    add_node_arguments(parser)
    parser.add_argument("-a", "--all", action="store_true", help="Display hidden nodes, too")
    add_count(parser, "nodes")


def _nodes(args: argparse.Namespace) -> None:
    with direct_node(args, discover=True) as node:
        names = lifecycle_nodes(node, args.all)
    print_names_or_count(names, args.count_nodes)


def _get_arguments(parser: argparse.ArgumentParser) -> None:
    add_node_arguments(parser)
    parser.add_argument("node_name", nargs="?", help="Name of the ROS node")
    add_include_hidden(parser, "nodes")


def _state(node: Any, name: str) -> str:
    from lifecycle_msgs.srv import GetState

    state = call(node, GetState, f"{name}/get_state", GetState.Request(), 5.0).current_state
    return f"{state.label} [{state.id}]"


def _get(args: argparse.Namespace) -> None:
    with direct_node(args, discover=args.node_name is None) as node:
        if args.node_name is not None:
            print(_state(node, require_node(node, args.node_name)))
            return
        for name in lifecycle_nodes(node, args.include_hidden_nodes):
            print(f"{name}: {_state(node, name)}")


def _list_arguments(parser: argparse.ArgumentParser) -> None:
    add_node_arguments(parser)
    parser.add_argument("node_name", help="Name of the ROS node")
    add_include_hidden(parser, "nodes")
    parser.add_argument(
        "-a", "--all", action="store_true", help="Display all existing transitions"
    )


def _transitions(node: Any, name: str, *, available: bool) -> list[Any]:
    from lifecycle_msgs.srv import GetAvailableTransitions

    service = "get_available_transitions" if available else "get_transition_graph"
    request = GetAvailableTransitions.Request()
    answer = call(node, GetAvailableTransitions, f"{name}/{service}", request, 5.0)
    return list(answer.available_transitions)


def _list(args: argparse.Namespace) -> None:
    with direct_node(args) as node:
        name = require_node(node, args.node_name)
        for entry in _transitions(node, name, available=not args.all):
            print(f"- {entry.transition.label} [{entry.transition.id}]")
            print(f"\tStart: {entry.start_state.label}")
            print(f"\tGoal: {entry.goal_state.label}")


def _set_arguments(parser: argparse.ArgumentParser) -> None:
    add_node_arguments(parser)
    parser.add_argument("node_name", help="Name of the ROS node")
    parser.add_argument("transition", help="The lifecycle transition, by label or id")
    add_include_hidden(parser, "nodes")


def _set(args: argparse.Namespace) -> int:
    from lifecycle_msgs.srv import ChangeState

    with direct_node(args) as node:
        name = require_node(node, args.node_name)
        known = _transitions(node, name, available=True)
        wanted = [
            entry.transition
            for entry in known
            if args.transition in (entry.transition.label, str(entry.transition.id))
        ]
        if not wanted:
            choices = "\n".join(f"- {e.transition.label} [{e.transition.id}]" for e in known)
            raise CommandError(f"Unknown transition requested, available ones are:\n{choices}")
        request = ChangeState.Request()
        request.transition = wanted[0]
        if not call(node, ChangeState, f"{name}/change_state", request).success:
            raise CommandError("Transitioning failed")
    print("Transitioning successful")
    return 0


VERBS = {
    "get": Verb("Get lifecycle state for one or more nodes", _get_arguments, _get),
    "list": Verb("Output a list of available transitions", _list_arguments, _list),
    "nodes": Verb("Output a list of nodes with lifecycle", _nodes_arguments, _nodes),
    "set": Verb("Trigger lifecycle state transition", _set_arguments, _set),
}
