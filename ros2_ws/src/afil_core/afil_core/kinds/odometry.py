"""Odometry: ``nav_msgs/Odometry``."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from afil_core import messages
from afil_core.errors import AfilError
from afil_core.kinds.base import NumericConfig, Observation
from afil_core.kinds.pose import (
    POSE_LABELS,
    interpolate_pose,
    pose_array,
    pose_features,
    pose_message,
)

_TWIST = ("vx", "vy", "vz", "wx", "wy", "wz")


class Odometry(Observation):
    """Pose [7] as of kind pose, then vx vy vz (m/s) wx wy wz (rad/s): float64 [13].

    The velocity is in the child frame, as ``nav_msgs`` says.
    """

    class Config(NumericConfig):
        """Options.

        Attributes:
            child_frame: Child frame that the messages must bear; empty where any will do.
        """

        child_frame: str = ""

    types = ("nav_msgs/msg/Odometry",)
    unit = "m"

    @property
    def shape(self) -> tuple[int, ...]:
        """[13]."""
        return (13,)

    @property
    def labels(self) -> tuple[str, ...]:
        """Those of a pose, then the velocity."""
        return (*POSE_LABELS, *_TWIST)

    def value(self, message: Any) -> NDArray[np.float64]:
        """Pose and twist."""
        assert isinstance(self.config, self.Config)
        wanted = self.config.child_frame
        if wanted and message.child_frame_id != wanted:
            raise AfilError(
                f"a message has the child frame '{message.child_frame_id}', but the contract "
                f"says '{wanted}' (observations.{self.name}.child_frame)"
            )
        linear, angular = message.twist.twist.linear, message.twist.twist.angular
        twist = [linear.x, linear.y, linear.z, angular.x, angular.y, angular.z]
        return np.concatenate([pose_array(message.pose.pose), twist])

    def message(self, value: NDArray[Any], stamp_ns: int) -> Any:
        """An ``Odometry`` without covariances."""
        assert isinstance(self.config, self.Config)
        linear = dict(zip("xyz", (float(v) for v in value[7:10]), strict=True))
        angular = dict(zip("xyz", (float(v) for v in value[10:13]), strict=True))
        twist = messages.new(
            "geometry_msgs/msg/Twist",
            linear=messages.new("geometry_msgs/msg/Vector3", **linear),
            angular=messages.new("geometry_msgs/msg/Vector3", **angular),
        )
        return messages.new(
            "nav_msgs/msg/Odometry",
            header=messages.header(stamp_ns, self.frame),
            child_frame_id=self.config.child_frame,
            pose=messages.new(
                "geometry_msgs/msg/PoseWithCovariance", pose=pose_message(value[:7])
            ),
            twist=messages.new("geometry_msgs/msg/TwistWithCovariance", twist=twist),
        )

    def interpolate(self, before: NDArray[Any], after: NDArray[Any], share: float) -> NDArray[Any]:
        """Linear, spherical in orientation."""
        return interpolate_pose(before, after, share)

    def blank(self) -> NDArray[Any]:
        """The origin, at rest."""
        return np.array([0.0] * 6 + [1.0] + [0.0] * 6)

    def features(self, value: NDArray[Any]) -> NDArray[np.float64]:
        """Those of a pose, then the velocity, float64 [15]."""
        return np.concatenate([pose_features(value[:7]), value[7:]])
