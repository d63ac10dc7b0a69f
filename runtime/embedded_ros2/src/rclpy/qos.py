"""Quality of service: policies, profiles and presets."""

from __future__ import annotations

import warnings
from enum import Enum, IntEnum
from typing import Any, NamedTuple

from rclpy.duration import Duration


class QoSPolicyKind(IntEnum):
    """Policies, as QoS events name them."""

    INVALID = 1
    DURABILITY = 2
    DEADLINE = 4
    LIVELINESS = 8
    RELIABILITY = 16
    HISTORY = 32
    LIFESPAN = 64
    DEPTH = 128
    LIVELINESS_LEASE_DURATION = 256
    AVOID_ROS_NAMESPACE_CONVENTIONS = 512


def qos_policy_name_from_kind(policy_kind: QoSPolicyKind | int) -> str:
    """Name of a policy kind."""
    return QoSPolicyKind(policy_kind).name


class InvalidQoSProfileException(Exception):  # noqa: N818
    """A profile that says too little or contradicts itself."""

    def __init__(self, *args: Any) -> None:
        super().__init__("Invalid QoSProfile", *args)


class QoSPolicyEnum(IntEnum):
    """Base of the policy enums."""

    @classmethod
    def short_keys(cls) -> list[str]:
        """Names as the command line takes them."""
        return [k.lower() for k in cls.__members__ if not k.startswith("RMW")]

    @classmethod
    def get_from_short_key(cls, name: str) -> Any:
        """Value of a short name."""
        return cls[name.upper()].value

    @property
    def short_key(self) -> str:
        """Name as the command line takes it."""
        return self.name.lower()


class HistoryPolicy(QoSPolicyEnum):
    """How many samples are kept."""

    SYSTEM_DEFAULT = 0
    KEEP_LAST = 1
    KEEP_ALL = 2
    UNKNOWN = 3


class ReliabilityPolicy(QoSPolicyEnum):
    """Whether lost samples are sent again."""

    SYSTEM_DEFAULT = 0
    RELIABLE = 1
    BEST_EFFORT = 2
    UNKNOWN = 3
    BEST_AVAILABLE = 4


class DurabilityPolicy(QoSPolicyEnum):
    """Whether late subscribers get earlier samples."""

    SYSTEM_DEFAULT = 0
    TRANSIENT_LOCAL = 1
    VOLATILE = 2
    UNKNOWN = 3
    BEST_AVAILABLE = 4


class LivelinessPolicy(QoSPolicyEnum):
    """Who says that a publisher is alive."""

    SYSTEM_DEFAULT = 0
    AUTOMATIC = 1
    MANUAL_BY_TOPIC = 3
    UNKNOWN = 4
    BEST_AVAILABLE = 5


class _FormerName:
    """A policy value's name of old ROS 2 versions, which still works and says so."""

    def __init__(self, former: str, name: str) -> None:
        self._former, self._name = former, name

    def __get__(self, instance: object, owner: Any) -> Any:
        said = f"{owner.__name__}.{self._former} is deprecated. Use {owner.__name__}.{self._name}"
        warnings.warn(f"{said} instead.", stacklevel=2)
        return owner[self._name]


for _kind in (HistoryPolicy, ReliabilityPolicy, DurabilityPolicy, LivelinessPolicy):
    for _name in [member.name for member in _kind if member.name != "BEST_AVAILABLE"]:
        _former = f"RMW_QOS_POLICY_{_kind.__name__.removesuffix('Policy').upper()}_{_name}"
        setattr(_kind, _former, _FormerName(_former, _name))

QoSHistoryPolicy = HistoryPolicy
QoSReliabilityPolicy = ReliabilityPolicy
QoSDurabilityPolicy = DurabilityPolicy
QoSLivelinessPolicy = LivelinessPolicy

_ENUMS = {
    "history": HistoryPolicy,
    "reliability": ReliabilityPolicy,
    "durability": DurabilityPolicy,
    "liveliness": LivelinessPolicy,
}
_DURATIONS = ("deadline", "lifespan", "liveliness_lease_duration")
_DEFAULTS: dict[str, Any] = {
    "depth": 10,
    "reliability": ReliabilityPolicy.RELIABLE,
    "durability": DurabilityPolicy.VOLATILE,
    "liveliness": LivelinessPolicy.SYSTEM_DEFAULT,
    "deadline": Duration(),
    "lifespan": Duration(),
    "liveliness_lease_duration": Duration(),
    "avoid_ros_namespace_conventions": False,
}


def _policy(name: str) -> property:
    def get(self: QoSProfile) -> Any:
        return getattr(self, f"_{name}")

    def set_(self: QoSProfile, value: Any) -> None:
        if name in _ENUMS:
            value = _ENUMS[name](value)
        elif name in _DURATIONS:
            assert isinstance(value, Duration), f"{name} must be a Duration"
        elif name == "depth":
            assert isinstance(value, int), "depth must be an int"
            if value == 0 and self.history is HistoryPolicy.KEEP_LAST:
                warnings.warn(
                    "A zero depth with KEEP_LAST would keep nothing; it is taken as "
                    "SYSTEM_DEFAULT.",
                    stacklevel=2,
                )
        setattr(self, f"_{name}", value)

    return property(get, set_, doc=f"Policy {name}.")


class QoSProfile:
    """A set of policies. ``history`` or ``depth`` must be given."""

    history = _policy("history")
    reliability = _policy("reliability")
    durability = _policy("durability")
    lifespan = _policy("lifespan")
    deadline = _policy("deadline")
    liveliness = _policy("liveliness")
    liveliness_lease_duration = _policy("liveliness_lease_duration")
    depth = _policy("depth")
    avoid_ros_namespace_conventions = _policy("avoid_ros_namespace_conventions")

    __slots__ = ["_history", "_depth", "_reliability", "_durability", "_lifespan", "_deadline",
                 "_liveliness", "_liveliness_lease_duration",
                 "_avoid_ros_namespace_conventions"]  # fmt: skip

    def __init__(self, **kwargs: Any) -> None:
        unknown = [key for key in kwargs if f"_{key}" not in self.__slots__]
        assert not unknown, f"Invalid arguments passed to constructor: {unknown}"
        if "history" not in kwargs:
            if "depth" not in kwargs:
                raise InvalidQoSProfileException("History and/or depth settings are required.")
            kwargs["history"] = HistoryPolicy.KEEP_LAST
        self.history = kwargs.pop("history")
        if self.history is HistoryPolicy.KEEP_LAST and "depth" not in kwargs:
            raise InvalidQoSProfileException("History set to KEEP_LAST without a depth setting.")
        for name, default in _DEFAULTS.items():
            setattr(self, name, kwargs.get(name, default))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, QoSProfile):
            return False
        return all(getattr(self, slot) == getattr(other, slot) for slot in self.__slots__)

    def __hash__(self) -> int:
        return hash(tuple(getattr(self, slot) for slot in self.__slots__))

    def __str__(self) -> str:
        parts = (f"{slot[1:]}={getattr(self, slot)}" for slot in self.__slots__)
        return f"{type(self).__name__}({', '.join(parts)})"

    __repr__ = __str__


DeadlineBestAvailable = Duration(nanoseconds=2**63 - 2)
LivelinessLeaseDurationeBestAvailable = Duration(nanoseconds=2**63 - 2)  # As rclpy spells it.

qos_profile_unknown = QoSProfile(
    history=HistoryPolicy.UNKNOWN, depth=0, reliability=ReliabilityPolicy.UNKNOWN,
    durability=DurabilityPolicy.UNKNOWN, liveliness=LivelinessPolicy.UNKNOWN,
)  # fmt: skip
qos_profile_default = QoSProfile(depth=10)
qos_profile_system_default = QoSProfile(
    history=HistoryPolicy.SYSTEM_DEFAULT, depth=0, reliability=ReliabilityPolicy.SYSTEM_DEFAULT,
    durability=DurabilityPolicy.SYSTEM_DEFAULT,
)  # fmt: skip
qos_profile_sensor_data = QoSProfile(depth=5, reliability=ReliabilityPolicy.BEST_EFFORT)
qos_profile_services_default = QoSProfile(depth=10)
qos_profile_parameters = QoSProfile(depth=1000)
qos_profile_parameter_events = QoSProfile(depth=1000)
qos_profile_rosout_default = QoSProfile(
    depth=1000, durability=DurabilityPolicy.TRANSIENT_LOCAL, lifespan=Duration(seconds=10)
)
qos_profile_action_status_default = QoSProfile(
    depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL
)
qos_profile_best_available = QoSProfile(
    depth=10, reliability=ReliabilityPolicy.BEST_AVAILABLE,
    durability=DurabilityPolicy.BEST_AVAILABLE, liveliness=LivelinessPolicy.BEST_AVAILABLE,
    deadline=DeadlineBestAvailable,
    liveliness_lease_duration=LivelinessLeaseDurationeBestAvailable,
)  # fmt: skip


class QoSPresetProfiles(Enum):
    """The presets by name."""

    UNKNOWN = qos_profile_unknown
    DEFAULT = qos_profile_default
    SYSTEM_DEFAULT = qos_profile_system_default
    SENSOR_DATA = qos_profile_sensor_data
    SERVICES_DEFAULT = qos_profile_services_default
    PARAMETERS = qos_profile_parameters
    PARAMETER_EVENTS = qos_profile_parameter_events
    ACTION_STATUS_DEFAULT = qos_profile_action_status_default
    BEST_AVAILABLE = qos_profile_best_available

    @classmethod
    def short_keys(cls) -> list[str]:
        """Names as the command line takes them."""
        return [k.lower() for k in cls.__members__ if not k.startswith("RMW")]

    @classmethod
    def get_from_short_key(cls, name: str) -> QoSProfile:
        """Profile of a short name."""
        return cls[name.upper()].value


class QoSCompatibility(IntEnum):
    """Answer of :func:`qos_check_compatible`."""

    OK = 0
    WARNING = 1
    ERROR = 2


class QoSCheckResult(NamedTuple):
    """Compatibility and the reason."""

    compatibility: QoSCompatibility
    reason: str


def qos_check_compatible(
    publisher_qos: QoSProfile, subscription_qos: QoSProfile
) -> tuple[QoSCompatibility, str]:
    """Tell whether a publisher's offer satisfies a subscription's request.

    A policy that is left to the system makes it a warning, and that is what profiles that say
    nothing of liveliness do.
    """
    from rclpy.impl import qos_compatibility

    errors = qos_compatibility.errors(publisher_qos, subscription_qos)
    if errors:
        return QoSCheckResult(QoSCompatibility.ERROR, "".join(errors))
    warnings = qos_compatibility.warnings(publisher_qos, subscription_qos)
    if warnings:
        return QoSCheckResult(QoSCompatibility.WARNING, "".join(warnings))
    return QoSCheckResult(QoSCompatibility.OK, "")


def check_qos(value: Any) -> QoSProfile:
    """Accept a profile, or an int as the depth of a KEEP_LAST profile."""
    if isinstance(value, QoSProfile):
        return value
    if isinstance(value, QoSPresetProfiles):
        return value.value
    if isinstance(value, int) and not isinstance(value, bool):
        if value < 0:
            raise ValueError("history depth must be greater than or equal to zero")
        return QoSProfile(depth=value)
    raise TypeError(f"Expected QoSProfile or int, but received {type(value)!r}: {value!r}")
