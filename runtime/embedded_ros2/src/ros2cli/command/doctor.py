"""``ros2 doctor``: what is there, which middleware, which domain."""

import argparse
import importlib
import importlib.metadata
import os
import platform
import socket
import sys
from collections.abc import Callable, Iterable
from typing import Any

from ..direct_node import direct_node, is_hidden, wait_for_graph

MODULES = ("rclpy", "launch", "launch_ros", "rosidl_runtime_py", "diagnostic_updater")
DISTRIBUTIONS = ("cyclonedds", "rosbags", "numpy", "PyYAML")
VARIABLES = ("ROS_DOMAIN_ID", "ROS_AUTOMATIC_DISCOVERY_RANGE", "ROS_STATIC_PEERS",
             "CYCLONEDDS_URI", "RMW_IMPLEMENTATION", "AMENT_PREFIX_PATH", "ROS_DISTRO",
             "ROS_LOG_DIR")  # fmt: skip

Rows = list[tuple[str, str]]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("--report", "-r", action="store_true", help="Print all reports.")
    parser.add_argument(
        "--report-failed", "-rf", action="store_true", help="Print reports of failed checks only."
    )
    parser.add_argument(
        "--include-warnings", "-iw", action="store_true", help="Include warnings as failed checks."
    )


# Checks: each returns the sentences of what is wrong.


def _check_platform() -> list[str]:
    if (3, 10) <= sys.version_info[:2] <= (3, 12):
        return []
    return [f"Python {platform.python_version()} is none of 3.10 to 3.12"]


def _check_packages() -> list[str]:
    wrong = []
    for name in DISTRIBUTIONS:
        try:
            importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            wrong.append(f"the Python package '{name}' is not installed")
    for name in MODULES:
        try:
            importlib.import_module(name)
        except Exception as error:
            wrong.append(f"'import {name}' fails: {error}")
    return wrong


def _check_environment() -> list[str]:
    wrong = []
    domain = os.environ.get("ROS_DOMAIN_ID", "0") or "0"
    if not domain.isdigit() or int(domain) > 232:
        wrong.append(f"ROS_DOMAIN_ID is '{domain}', not a number from 0 to 232")
    implementation = os.environ.get("RMW_IMPLEMENTATION", "")
    if implementation not in ("", "rmw_cyclonedds_cpp"):
        wrong.append(
            f"RMW_IMPLEMENTATION is '{implementation}', but embedded_ros2 always speaks "
            "rmw_cyclonedds_cpp"
        )
    return wrong


def _check_graph() -> list[str]:
    return [row for row, _ in _qos_rows() if row.startswith("topic '")]


CHECKS: dict[str, Callable[[], list[str]]] = {
    "platform": _check_platform,
    "packages": _check_packages,
    "environment": _check_environment,
    "qos compatibility": _check_graph,
}


# Reports


def _graph() -> tuple[list[str], Rows]:
    """Return the node names and, of each topic, how often it is published and subscribed."""
    with direct_node(argparse.Namespace()) as node:
        wait_for_graph(node, 0.5)
        names = [n for n, _ in node.get_node_names_and_namespaces() if not is_hidden(n)]
        rows = []
        for topic, _ in sorted(node.get_topic_names_and_types()):
            publishers, subscribers = node.count_publishers(topic), node.count_subscribers(topic)
            rows.append((topic, f"{publishers} publisher(s), {subscribers} subscriber(s)"))
        return sorted(names), rows


def _qos_rows() -> Rows:
    """Return a sentence for each pair of a publisher and a subscription that do not match."""
    from rclpy.qos import QoSCompatibility, qos_check_compatible

    rows: Rows = []
    with direct_node(argparse.Namespace()) as node:
        wait_for_graph(node, 0.5)
        for topic, _ in node.get_topic_names_and_types():
            subscriptions = node.get_subscriptions_info_by_topic(topic)
            for publisher in node.get_publishers_info_by_topic(topic):
                for subscription in subscriptions:
                    result, reason = qos_check_compatible(
                        publisher.qos_profile, subscription.qos_profile
                    )
                    if result == QoSCompatibility.ERROR:
                        who = f"'{publisher.node_name}' and '{subscription.node_name}'"
                        rows.append((f"topic '{topic}' of {who}: {reason}", ""))
    return rows


def _platform_rows() -> Rows:
    return [
        ("operating system", platform.system()),
        ("release", platform.release()),
        ("machine", platform.machine()),
        ("python", f"{platform.python_version()} ({sys.executable})"),
        ("processors", str(os.cpu_count())),
    ]


def _network_rows() -> Rows:
    return [("host", socket.gethostname())] + [
        ("interface", name) for _, name in socket.if_nameindex()
    ]


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return "not installed"


def _middleware_rows() -> Rows:
    return [
        ("middleware name", "rmw_cyclonedds_cpp"),
        ("implementation", f"embedded_ros2 on cyclonedds {_version('cyclonedds')}"),
    ]


def _ros_rows() -> Rows:
    return [
        ("distribution name", "jazzy (the part of it that embedded_ros2 has)"),
        ("embedded_ros2", _version("embedded_ros2")),
        ("prefix", sys.prefix),
        *((name, os.environ.get(name, "<not set>")) for name in VARIABLES),
    ]


def _print_rows(title: str, rows: Iterable[tuple[str, Any]]) -> None:
    rows = list(rows)
    print(f"\n   {title}")
    width = max((len(name) for name, _ in rows), default=0)
    for name, value in rows:
        print(f"{name:<{width}} : {value}" if value else name)


def _print_reports() -> None:
    _print_rows("NETWORK CONFIGURATION", _network_rows())
    _print_rows("PACKAGE VERSIONS", [(name, _version(name)) for name in DISTRIBUTIONS])
    _print_rows("PLATFORM INFORMATION", _platform_rows())
    _print_rows("QOS COMPATIBILITY LIST", _qos_rows() or [("compatibility status", "all match")])
    _print_rows("RMW MIDDLEWARE", _middleware_rows())
    _print_rows("ROS 2 INFORMATION", _ros_rows())
    names, topics = _graph()
    _print_rows("NODE LIST", [("node", name) for name in names] or [("node", "none")])
    _print_rows("TOPIC LIST", topics or [("topic", "none")])


def main(*, parser: argparse.ArgumentParser, args: argparse.Namespace) -> int:
    """Check, and print what was found; the exit code is 1 if a check failed."""
    if args.report:
        _print_reports()
        return 0
    failed = 0
    for name, check in CHECKS.items():
        wrong = check()
        failed += bool(wrong)
        for sentence in wrong:
            print(f"{name}: {sentence}", file=sys.stderr)
    if failed:
        print(f"\n{failed}/{len(CHECKS)} check(s) failed\n")
        return 1
    print(f"\nAll {len(CHECKS)} checks passed\n")
    return 0
