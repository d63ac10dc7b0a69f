"""``ros2 service``: services of the graph."""

import argparse
import time
from typing import Any

from ..direct_node import (
    absolute,
    add_node_arguments,
    direct_node,
    patience_s,
    spin,
    wait_until,
)
from ..errors import CommandError
from ..graph_names import (
    add_listing_arguments,
    add_show_types,
    print_names_or_count,
    print_pairs,
    visible,
)
from ..interface_class import interface_class
from ..topic.publish import fill
from ..verbs import Verb


def services(node: Any, include_hidden: bool) -> list[tuple[str, list[str]]]:
    """Return (name, types) of the services, by name."""
    return visible(node.get_service_names_and_types(), include_hidden)


def _list_arguments(parser: argparse.ArgumentParser) -> None:
    add_listing_arguments(parser, "services")
    add_show_types(parser, "service")


def _list(args: argparse.Namespace) -> None:
    with direct_node(args, discover=True) as node:
        found = services(node, args.include_hidden_services)
    if args.count_services:
        print(len(found))
        return
    print_pairs(found, args.show_types)


def _find_arguments(parser: argparse.ArgumentParser) -> None:
    add_listing_arguments(parser, "services")
    parser.add_argument(
        "service_type",
        help="Name of the ROS service type to filter for (e.g. 'std_srvs/srv/Empty')",
    )


def _find(args: argparse.Namespace) -> None:
    with direct_node(args, discover=True) as node:
        pairs = services(node, args.include_hidden_services)
    found = [name for name, types in pairs if args.service_type in types]
    print_names_or_count(found, args.count_services)


def _type_of(node: Any, name: str) -> str | None:
    def find() -> str | None:
        types = dict(services(node, True)).get(absolute(name))
        return types[0] if types else None

    return wait_until(find)


def _type_arguments(parser: argparse.ArgumentParser) -> None:
    add_node_arguments(parser)
    parser.add_argument(
        "service_name", help="Name of the ROS service to get type (e.g. '/talker/list_parameters')"
    )


def _type(args: argparse.Namespace) -> int:
    with direct_node(args) as node:
        found = _type_of(node, args.service_name)
    if found is None:
        return 1
    print(found)
    return 0


def _call_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "service_name", help="Name of the ROS service to call to (e.g. '/add_two_ints')"
    )
    parser.add_argument("service_type", help="Type of the ROS service (e.g. 'std_srvs/srv/Empty')")
    parser.add_argument(
        "values",
        nargs="?",
        default="{}",
        help="Values to fill the service request with in YAML format (e.g. '{a: 1, b: 2}'), "
        "otherwise the service request will be published with default values",
    )
    parser.add_argument(
        "-r", "--rate", metavar="N", type=float, help="Repeat the call at a specific rate in Hz"
    )


def _call(args: argparse.Namespace) -> None:
    import rclpy

    cls = interface_class("service", args.service_type)
    request = cls.Request()
    fill(request, args.values)
    with direct_node(args) as node:
        client = node.create_client(cls, absolute(args.service_name))
        while not client.wait_for_service(timeout_sec=patience_s()) and rclpy.ok():
            print("waiting for service to become available...", flush=True)
        while rclpy.ok():
            print(f"requester: making request: {request!r}\n", flush=True)
            begin = time.monotonic()
            future = client.call_async(request)
            spin(node, future.done)
            if not future.done():
                return
            if future.exception() is not None:
                raise CommandError(f"Exception while calling service: {future.exception()!r}")
            print(f"response:\n{future.result()!r}\n", flush=True)
            if args.rate is None:
                return
            time.sleep(max(0.0, 1.0 / args.rate - (time.monotonic() - begin)))


VERBS = {
    "call": Verb("Call a service", _call_arguments, _call),
    "find": Verb("Output a list of available services of a given type", _find_arguments, _find),
    "list": Verb("Output a list of available services", _list_arguments, _list),
    "type": Verb("Output a service's type", _type_arguments, _type),
}
MISSING = ("echo", "info")
