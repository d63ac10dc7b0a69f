"""Quality of service as the command line says it."""

import argparse
from collections.abc import Iterable
from typing import Any

PROFILES = ("unknown", "default", "system_default", "sensor_data", "services_default",
            "parameters", "parameter_events", "action_status_default", "best_available",
            "rosout_default")  # fmt: skip


def add_qos_arguments(parser: argparse.ArgumentParser, entity: str, default: str) -> None:
    """Add ``--qos-...`` for a publisher or a subscription."""
    parser.add_argument(
        "--qos-profile",
        choices=PROFILES,
        default=default,
        help=f"Quality of service preset profile to {entity} with (default: {default})",
    )
    parser.add_argument(
        "--qos-depth", metavar="N", type=int, default=-1, help=f"Queue size to {entity} with"
    )
    parser.add_argument(
        "--qos-history",
        choices=("system_default", "keep_last", "keep_all", "unknown"),
        help=f"History of samples to {entity} with",
    )
    parser.add_argument(
        "--qos-reliability",
        choices=("system_default", "reliable", "best_effort", "unknown", "best_available"),
        help=f"Reliability to {entity} with",
    )
    parser.add_argument(
        "--qos-durability",
        choices=("system_default", "transient_local", "volatile", "unknown", "best_available"),
        help=f"Durability to {entity} with",
    )


def is_default(args: argparse.Namespace) -> bool:
    """Return whether the command line says nothing about QoS."""
    return args.qos_depth < 0 and not any(
        (args.qos_history, args.qos_reliability, args.qos_durability)
    )


def profile_from_arguments(args: argparse.Namespace) -> Any:
    """Return the QoSProfile that the command line asks for."""
    from rclpy import qos

    named = {
        "sensor_data": qos.qos_profile_sensor_data,
        "services_default": qos.qos_profile_services_default,
        "parameters": qos.qos_profile_parameters,
        "parameter_events": qos.qos_profile_parameter_events,
    }
    base = named.get(args.qos_profile, qos.QoSProfile(depth=10))
    profile = qos.QoSProfile(
        depth=base.depth,
        history=base.history,
        reliability=base.reliability,
        durability=base.durability,
    )
    if args.qos_depth >= 0:
        profile.depth = args.qos_depth
    if args.qos_history:
        profile.history = qos.HistoryPolicy[args.qos_history.upper()]
    if args.qos_reliability:
        profile.reliability = qos.ReliabilityPolicy[args.qos_reliability.upper()]
    if args.qos_durability:
        profile.durability = qos.DurabilityPolicy[args.qos_durability.upper()]
    return profile


def adapt_to_publishers(args: argparse.Namespace, publishers: Iterable[Any]) -> Any:
    """Return the QoSProfile with which a subscription gets what the publishers offer."""
    from rclpy import qos

    profile = profile_from_arguments(args)
    infos = list(publishers)
    if not infos or not is_default(args):
        return profile
    reliable = [i.qos_profile.reliability == qos.ReliabilityPolicy.RELIABLE for i in infos]
    latched = [i.qos_profile.durability == qos.DurabilityPolicy.TRANSIENT_LOCAL for i in infos]
    profile.reliability = (
        qos.ReliabilityPolicy.RELIABLE if all(reliable) else qos.ReliabilityPolicy.BEST_EFFORT
    )
    profile.durability = (
        qos.DurabilityPolicy.TRANSIENT_LOCAL if all(latched) else qos.DurabilityPolicy.VOLATILE
    )
    return profile
