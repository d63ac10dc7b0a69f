"""The robot contract as frozen dataclasses: what each topic means, in units and frames."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

OBSERVATION_KINDS = ("image", "pose", "joint_positions", "gripper_width", "speed")
ALIGNMENTS = ("as_of", "hold", "interpolate")
ACTION_KINDS = ("ee_delta", "vehicle_control")
COMMAND_ROLES = ("pose", "gripper", "twist", "joint", "vehicle")
RELIABILITIES = ("reliable", "best_effort")
DIMENSION_MODES = ("continuous", "binary")
CLOCKS = ("system", "simulated")
DURABILITIES = ("volatile", "transient_local")


@dataclass(frozen=True)
class Qos:
    """Quality of service of a topic, as a subscriber of AFIL asks for it.

    Attributes:
        reliability: ``reliable`` or ``best_effort``.
        durability: ``volatile`` or ``transient_local``.
        depth: History depth (keep last), at least 1.
    """

    reliability: str
    durability: str
    depth: int

    def profile(self, *, depth: int | None = None) -> dict[str, int]:
        """Keyword arguments of ``rclpy.qos.QoSProfile``, with rmw's integer values.

        Args:
            depth: Overrides the history depth, e.g. for a recorder that must not lose any.

        Returns:
            ``history`` (1: keep last), ``depth``, ``reliability`` (1 reliable, 2 best effort)
            and ``durability`` (1 transient local, 2 volatile).
        """
        return {
            "history": 1,
            "depth": self.depth if depth is None else depth,
            "reliability": 1 if self.reliability == "reliable" else 2,
            "durability": 1 if self.durability == "transient_local" else 2,
        }


@dataclass(frozen=True)
class ObservationStream:
    """One observation: a topic, how to decode it and how to align it.

    Attributes:
        name: Key of the observation.
        kind: One of :data:`OBSERVATION_KINDS`. Decoded values: ``image`` uint8 [H, W, 3] RGB;
            ``pose`` float64 [7] x y z (m) and unit quaternion x y z w; ``joint_positions``
            float64 [J] (rad); ``gripper_width`` float64 [1] (m); ``speed`` float64 [1] (m/s).
        topic: Absolute topic name.
        type: ROS message type, ``package/msg/Name``.
        qos: What a live subscriber asks for.
        unit: Unit of the decoded value.
        frame: Frame in which the value is expressed.
        rate_hz: Nominal rate.
        max_age_s: A sample older than this at a tick makes the tick invalid.
        alignment: ``as_of`` (newest stamp not after the tick), ``hold`` (newest received) or
            ``interpolate`` (linear between the neighbours; poses by slerp).
        shape: Shape of the decoded value.
        encoding: Image encoding on the wire; empty for other kinds.
        joints: Joint names in order; empty for kinds without joints.
    """

    name: str
    kind: str
    topic: str
    type: str
    qos: Qos
    unit: str
    frame: str
    rate_hz: float
    max_age_s: float
    alignment: str
    shape: tuple[int, ...]
    encoding: str = ""
    joints: tuple[str, ...] = ()


@dataclass(frozen=True)
class CommandTopic:
    """A topic that carries a command; ``role`` says which part of the action it is."""

    role: str
    topic: str
    type: str
    qos: Qos


@dataclass(frozen=True)
class ActionDimension:
    """One number of the action.

    Attributes:
        name: Name of the dimension.
        unit: Its unit.
        minimum: Least value that may be commanded.
        maximum: Greatest value that may be commanded.
        mode: ``continuous``, or ``binary`` for a device that only goes to one end of the range
            or the other, such as a gripper whose commands block.
    """

    name: str
    unit: str
    minimum: float
    maximum: float
    mode: str = "continuous"


@dataclass(frozen=True)
class Action:
    """What the policy decides.

    Attributes:
        kind: ``ee_delta`` (end-effector translation, rotation vector, gripper width per
            control step) or ``vehicle_control`` (throttle, steer, brake).
        frame: Frame of the motion.
        dimensions: The numbers of the action, in order.
        demonstrated: Topics from which the demonstrator's action is read.
        interfaces: Command interfaces by name; each is the set of topics that it drives.
        default_interface: The interface used when none is asked for.
    """

    kind: str
    frame: str
    dimensions: tuple[ActionDimension, ...]
    demonstrated: tuple[CommandTopic, ...]
    interfaces: Mapping[str, tuple[CommandTopic, ...]]
    default_interface: str


@dataclass(frozen=True)
class Limits:
    """Limits of an arm's commands, in the base frame.

    Attributes:
        workspace_min_m: Lower corner of the box that the end effector may be sent to.
        workspace_max_m: Upper corner of that box.
        max_translation_per_step_m: Largest step of the target per control period.
        max_rotation_per_step_rad: Largest turn of the target per control period.
        min_gripper_width_m: Smallest gripper width.
        max_gripper_width_m: Largest gripper width.
    """

    workspace_min_m: tuple[float, float, float]
    workspace_max_m: tuple[float, float, float]
    max_translation_per_step_m: float
    max_rotation_per_step_rad: float
    min_gripper_width_m: float
    max_gripper_width_m: float
