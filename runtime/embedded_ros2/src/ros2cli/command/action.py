"""``ros2 action``: actions of the graph."""

import argparse
import sys
from collections import defaultdict
from typing import Any

from ..direct_node import absolute, add_node_arguments, direct_node, spin, wait_until
from ..errors import CommandError
from ..graph_names import add_count, add_show_types, print_pairs
from ..interface_class import interface_class
from ..nodes import node_names, split_name
from ..topic.publish import fill
from ..verbs import Verb

STATUS = {1: "ACCEPTED", 2: "EXECUTING", 3: "CANCELING", 4: "SUCCEEDED", 5: "CANCELED",
          6: "ABORTED"}  # fmt: skip
_FEEDBACK = "/_action/feedback"
_SEND_GOAL = "/_action/send_goal"


def actions(node: Any) -> dict[str, list[str]]:
    """Return {name: types} of the actions that have a server or a client."""
    found: dict[str, set[str]] = defaultdict(set)
    for name, types in node.get_topic_names_and_types():
        if name.endswith(_FEEDBACK):
            stripped = (type_name.removesuffix("_FeedbackMessage") for type_name in types)
            found[name.removesuffix(_FEEDBACK)].update(stripped)
    return {name: sorted(types) for name, types in sorted(found.items())}


def _list_arguments(parser: argparse.ArgumentParser) -> None:
    add_node_arguments(parser)
    add_show_types(parser, "action")
    add_count(parser, "actions")


def _list(args: argparse.Namespace) -> None:
    with direct_node(args, discover=True) as node:
        found = actions(node)
    if args.count_actions:
        print(len(found))
        return
    print_pairs(found.items(), args.show_types)


def _info_arguments(parser: argparse.ArgumentParser) -> None:
    add_node_arguments(parser)
    parser.add_argument(
        "action_name", help="Name of the ROS action to get info about (e.g. '/fibonacci')"
    )
    add_show_types(parser, "action")
    parser.add_argument(
        "-c", "--count", action="store_true", help="Only display the number of clients and servers"
    )


def _parties(node: Any, action: str, lookup: Any) -> list[tuple[str, str]]:
    """Return (node, type) of the nodes in whose services the action's are."""
    found = []
    for full in sorted(set(node_names(node, True))):
        for name, types in lookup(*split_name(full)):
            if name == action + _SEND_GOAL:
                found.append((full, ", ".join(t.removesuffix("_SendGoal") for t in types)))
    return found


def _info(args: argparse.Namespace) -> None:
    action = absolute(args.action_name)
    with direct_node(args, discover=True) as node:
        wait_until(lambda: actions(node).get(action))
        clients = _parties(node, action, node.get_client_names_and_types_by_node)
        servers = _parties(node, action, node.get_service_names_and_types_by_node)
    print(f"Action: {args.action_name}")
    for title, parties in (("clients", clients), ("servers", servers)):
        print(f"Action {title}: {len(parties)}")
        if not args.count:
            for full, types in parties:
                print(f"    {full} [{types}]" if args.show_types else f"    {full}")


def _type_arguments(parser: argparse.ArgumentParser) -> None:
    add_node_arguments(parser)
    parser.add_argument("action_name", help="Name of the ROS action to get type")


def _type(args: argparse.Namespace) -> int:
    with direct_node(args) as node:
        types = wait_until(lambda: actions(node).get(absolute(args.action_name)))
    if types is None:
        return 1
    print("\n".join(types))
    return 0


def _send_goal_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action_name", help="Name of the ROS action (e.g. '/fibonacci')")
    parser.add_argument(
        "action_type", help="Type of the ROS action (e.g. 'example_interfaces/action/Fibonacci')"
    )
    group = parser.add_mutually_exclusive_group()
    group.add_argument(
        "goal", nargs="?", default="{}",
        help="Goal request values in YAML format (e.g. '{order: 10}')",
    )  # fmt: skip
    group.add_argument("--stdin", action="store_true", help="Read values from standard input")
    parser.add_argument(
        "-f", "--feedback", action="store_true", help="Echo feedback messages for the goal"
    )


def _send_goal(args: argparse.Namespace) -> int:
    from rclpy.action import ActionClient
    from rosidl_runtime_py import message_to_yaml

    cls = interface_class("action", args.action_type)
    goal = cls.Goal()
    fill(goal, sys.stdin.read() if args.stdin else args.goal)

    def on_feedback(message: Any) -> None:
        print(f"Feedback:\n    {message_to_yaml(message.feedback)}", flush=True)

    # Whoever goes cancels the goal, which a node whose context was shut down could not.
    with direct_node(args, outlives_signals=True) as node:
        client = ActionClient(node, cls, absolute(args.action_name))
        handle = None
        try:
            print("Waiting for an action server to become available...", flush=True)
            client.wait_for_server()
            print(f"Sending goal:\n     {message_to_yaml(goal)}", flush=True)
            accepted = client.send_goal_async(goal, on_feedback if args.feedback else None)
            spin(node, accepted.done, 0.1)
            if not accepted.done():
                return 1
            if accepted.exception() is not None:
                raise CommandError(f"The goal could not be sent: {accepted.exception()}")
            handle = accepted.result()
            if handle is None or not handle.accepted:
                handle = None
                print("Goal was rejected.")
                return 0
            print(f"Goal accepted with ID: {bytes(handle.goal_id.uuid).hex()}\n", flush=True)
            answer = handle.get_result_async()
            spin(node, answer.done, 0.1)
            if not answer.done():
                return 1
            handle = None
            result = answer.result()
            print(f"Result:\n    {message_to_yaml(result.result)}")
            print(f"Goal finished with status: {STATUS.get(result.status, 'UNKNOWN')}")
            return 0
        finally:
            if handle is not None:
                _cancel(node, handle)
            client.destroy()


def _cancel(node: Any, handle: Any) -> None:
    from rclpy.executors import SingleThreadedExecutor

    print("Canceling goal...", flush=True)
    future = handle.cancel_goal_async()
    # Not the one that a signal may have broken into.
    executor = SingleThreadedExecutor(context=node.context)
    executor.add_node(node)
    executor.spin_until_future_complete(future, timeout_sec=5.0)
    executor.shutdown()
    canceling = future.done() and future.result() is not None and future.result().goals_canceling
    print("Goal canceled." if canceling else "The goal could not be canceled.")


VERBS = {
    "info": Verb("Print information about an action", _info_arguments, _info),
    "list": Verb("Output a list of action names", _list_arguments, _list),
    "send_goal": Verb("Send an action goal", _send_goal_arguments, _send_goal),
    "type": Verb("Print a action's type", _type_arguments, _type),
}
MISSING = ("echo",)
