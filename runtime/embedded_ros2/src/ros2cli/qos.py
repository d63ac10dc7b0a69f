"""Quality of service as the command line says it."""

import argparse
import copy
from collections.abc import Iterable
from typing import Any

PROFILES = ("unknown", "default", "system_default", "sensor_data", "services_default",
            "parameters", "parameter_events", "action_status_default", "best_available",
            "rosout_default")  # fmt: skip

# (option, what its help says, choices)
POLICIES = (
    ("history", "History of samples", ("system_default", "keep_last", "keep_all", "unknown")),
    ("reliability", "Reliability",
     ("system_default", "reliable", "best_effort", "unknown", "best_available")),
    ("durability", "Durability",
     ("system_default", "transient_local", "volatile", "unknown", "best_available")),
    ("liveliness", "Liveliness",
     ("system_default", "automatic", "manual_by_topic", "unknown", "best_available")),
)  # fmt: skip

OVERRIDES = ("qos_depth", "qos_history", "qos_reliability", "qos_durability",
             "qos_liveliness", "qos_liveliness_lease_duration_seconds")  # fmt: skip


def add_qos_arguments(parser: argparse.ArgumentParser, entity: str, default: str) -> None:
    """Add ``--qos-...`` for a publisher or a subscription."""
    parser.add_argument(
        "--qos-profile",
        choices=PROFILES,
        default=default,
        help=f"Quality of service preset profile to {entity} with (default: {default})",
    )
    parser.add_argument("--qos-depth", metavar="N", type=int, help=f"Queue size to {entity} with")
    for name, what, choices in POLICIES:
        parser.add_argument(f"--qos-{name}", choices=choices, help=f"{what} to {entity} with")
    parser.add_argument(
        "--qos-liveliness-lease-duration-seconds",
        type=float,
        help=f"Liveliness lease duration to {entity} with",
    )


def any_qos(profile: str) -> argparse.Namespace:
    """Return what the arguments are when the command line says nothing about QoS."""
    return argparse.Namespace(qos_profile=profile, **dict.fromkeys(OVERRIDES))


def is_default(args: argparse.Namespace) -> bool:
    """Return whether the command line says nothing about QoS."""
    return all(getattr(args, name) is None for name in OVERRIDES)


def profile_from_arguments(args: argparse.Namespace) -> Any:
    """Return the QoSProfile that the command line asks for."""
    from rclpy import qos
    from rclpy.duration import Duration

    profile = copy.copy(qos.QoSPresetProfiles.get_from_short_key(args.qos_profile))
    for name, policy in (
        ("history", qos.HistoryPolicy),
        ("reliability", qos.ReliabilityPolicy),
        ("durability", qos.DurabilityPolicy),
        ("liveliness", qos.LivelinessPolicy),
    ):
        word = getattr(args, f"qos_{name}")
        if word:
            setattr(profile, name, policy.get_from_short_key(word))
    lease_s = args.qos_liveliness_lease_duration_seconds
    if lease_s is not None and lease_s >= 0:
        profile.liveliness_lease_duration = Duration(seconds=lease_s)
    if args.qos_depth is not None and args.qos_depth > 0:
        profile.depth = args.qos_depth
    elif profile.durability == qos.DurabilityPolicy.TRANSIENT_LOCAL and profile.depth == 0:
        profile.depth = 1
    return profile


def adapt_to_publishers(args: argparse.Namespace, publishers: Iterable[Any]) -> Any:
    """Return the QoSProfile with which a subscription gets what the publishers offer."""
    from rclpy import qos

    profile = profile_from_arguments(args)
    infos = list(publishers)
    if not infos or not is_default(args):
        return profile
    for name, wanted, other in (
        ("reliability", qos.ReliabilityPolicy.RELIABLE, qos.ReliabilityPolicy.BEST_EFFORT),
        ("durability", qos.DurabilityPolicy.TRANSIENT_LOCAL, qos.DurabilityPolicy.VOLATILE),
    ):
        offers = [getattr(info.qos_profile, name) == wanted for info in infos]
        if any(offers) and not all(offers):
            kind = f"QoS{type(wanted).__name__}"
            print(
                f"Some, but not all, publishers are offering {kind}.{wanted.name}. Falling back "
                f"to {kind}.{other.name} as it will connect to all publishers"
            )
        setattr(profile, name, wanted if all(offers) else other)
    return profile
