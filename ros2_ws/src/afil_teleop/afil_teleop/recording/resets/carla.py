"""Reset ``carla``: puts the car at the next of some places (carla-ros-bridge's actor.control)."""

from __future__ import annotations

import math
from collections.abc import Mapping

from pydantic import Field

from afil_core import messages
from afil_core.contract import Contract
from afil_core.topics import TopicName
from afil_teleop.recording.resets.base import ResetConfig, ResetHook, Wire

_POSE, _TWIST = "geometry_msgs/msg/Pose", "geometry_msgs/msg/Twist"


class CarlaReset(ResetHook):
    """Publishes ``set_transform`` and no speed; the places come in turn.

    The bridge offers both where the vehicle has an ``actor.pseudo.control``.
    """

    class Config(ResetConfig):
        """Options.

        Attributes:
            places: Where to put the car: x, y, z (m) and yaw (degrees) in ROS's map frame.
            control: Prefix of the topics of the vehicle's ``actor.pseudo.control``.
        """

        places: tuple[tuple[float, float, float, float], ...] = Field(min_length=1)
        control: TopicName = "/carla/ego_vehicle/control"
        settle_s: float = Field(1.0, ge=0)

    def __init__(self, config: ResetConfig, contract: Contract, wire: Wire) -> None:
        super().__init__(config, contract, wire)
        assert isinstance(config, self.Config)
        self._cfg = config
        self._count = 0

    def topics(self) -> Mapping[str, str]:
        """The actor's two."""
        prefix = self._cfg.control
        return {f"{prefix}/set_target_velocity": _TWIST, f"{prefix}/set_transform": _POSE}

    def publish(self, wire: Wire) -> None:
        """The next place, at rest."""
        x, y, z, yaw = self._cfg.places[self._count % len(self._cfg.places)]
        self._count += 1
        half = math.radians(yaw) / 2
        turn = messages.new("geometry_msgs/msg/Quaternion", z=math.sin(half), w=math.cos(half))
        place = messages.new("geometry_msgs/msg/Point", x=x, y=y, z=z)
        pose = messages.new(_POSE, position=place, orientation=turn)
        prefix = self._cfg.control
        wire.publish(f"{prefix}/set_target_velocity", messages.serialize(messages.new(_TWIST)))
        wire.publish(f"{prefix}/set_transform", messages.serialize(pose))
