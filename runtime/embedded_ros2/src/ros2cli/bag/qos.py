"""Quality of service in bags and in override files."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from ..errors import CommandError

_KEYS = {"history", "depth", "reliability", "durability", "deadline", "lifespan", "liveliness",
         "liveliness_lease_duration", "avoid_ros_namespace_conventions"}  # fmt: skip


def override_profiles(path: str | None) -> dict[str, Any]:
    """Return {topic: QoSProfile} of an override file.

    Raises:
        CommandError: the file is missing, or a key or value in it is none.
    """
    if path is None:
        return {}
    try:
        content = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise CommandError(f"'{path}': {error.strerror}") from None
    except yaml.YAMLError as error:
        raise CommandError(f"'{path}' is not YAML: {' '.join(str(error).split())}") from None
    if not isinstance(content, Mapping):
        raise CommandError(f"'{path}' must map topics to QoS profiles")
    return {topic: _profile(path, topic, values) for topic, values in content.items()}


def _profile(path: str, topic: str, values: Any) -> Any:
    from rclpy import qos
    from rclpy.duration import Duration

    if not isinstance(values, Mapping) or not set(values) <= _KEYS:
        raise CommandError(f"'{path}': '{topic}' must have the keys {sorted(_KEYS)} only")
    policies = {
        "history": qos.HistoryPolicy,
        "reliability": qos.ReliabilityPolicy,
        "durability": qos.DurabilityPolicy,
        "liveliness": qos.LivelinessPolicy,
    }
    profile = qos.QoSProfile(depth=10)
    for key, value in values.items():
        if key in policies:
            try:
                value = policies[key][str(value).upper()]
            except KeyError:
                names = [policy.name.lower() for policy in policies[key]]
                raise CommandError(
                    f"'{path}': '{topic}' has {key} '{value}', which is none of {names}"
                ) from None
        elif isinstance(value, Mapping):
            value = Duration(seconds=value.get("sec", 0), nanoseconds=value.get("nsec", 0))
        setattr(profile, key, value)
    return profile


def offered_profile(connection: Any) -> Any:
    """Return the QoSProfile with which a recorded topic is played.

    It is that of the recorded publishers where they agree in what matters to subscriptions.
    """
    from rclpy import qos

    profile = qos.QoSProfile(depth=10)
    offered = list(getattr(connection.ext, "offered_qos_profiles", None) or [])
    if not offered:
        return profile
    if all(entry.durability.name == "TRANSIENT_LOCAL" for entry in offered):
        profile.durability = qos.DurabilityPolicy.TRANSIENT_LOCAL
        profile.depth = max(entry.depth for entry in offered) or profile.depth
    if all(entry.reliability.name == "BEST_EFFORT" for entry in offered):
        profile.reliability = qos.ReliabilityPolicy.BEST_EFFORT
    return profile


def recorded_profile(profile: Any) -> Any:
    """Return a publisher's profile as rosbags writes it to a bag's metadata."""
    from rosbags.interfaces import (
        Qos,
        QosDurability,
        QosHistory,
        QosLiveliness,
        QosReliability,
        QosTime,
    )

    def period(duration: Any) -> Any:
        seconds, nanoseconds = divmod(duration.nanoseconds, 10**9)
        return QosTime(min(seconds, 2**31 - 1), nanoseconds)

    return Qos(
        QosHistory(int(profile.history)),
        profile.depth,
        QosReliability(int(profile.reliability)),
        QosDurability(int(profile.durability)),
        period(profile.deadline),
        period(profile.lifespan),
        QosLiveliness(int(profile.liveliness)),
        period(profile.liveliness_lease_duration),
        avoid_ros_namespace_conventions=False,
    )
