"""Joint targets: ``JointState``, ``JointTrajectory`` or ``Float64MultiArray``."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from afil_core import messages
from afil_core.commands.base import Command, CommandConfig
from afil_core.errors import AfilError
from afil_core.kinds.joints import JOINT_STATE, joint_state, joint_values

FLOAT_ARRAY = "std_msgs/msg/Float64MultiArray"
TRAJECTORY = "trajectory_msgs/msg/JointTrajectory"


class JointCommand(Command):
    """Target positions of the named joints: float64 [J], rad."""

    class Config(CommandConfig):
        """Options.

        Attributes:
            joints: Joint names in order; an array's numbers are in this order, too.
            reach_s: When a trajectory's one point is to be reached, after its stamp.
        """

        joints: tuple[str, ...] = Field(min_length=1)
        reach_s: float = Field(0.1, gt=0)

    types = (JOINT_STATE, TRAJECTORY, FLOAT_ARRAY)

    def __init__(self, config: CommandConfig, name: str, namespace: str = "") -> None:
        super().__init__(config, name, namespace)
        assert isinstance(config, self.Config)
        self.joints, self._reach_s = config.joints, config.reach_s
        self.has_header = config.type != FLOAT_ARRAY
        # One pair of functions by type; a new type is a new line.
        self._read, self._write = {
            JOINT_STATE: (self._from_state, self._to_state),
            TRAJECTORY: (self._from_trajectory, self._to_trajectory),
            FLOAT_ARRAY: (self._from_array, self._to_array),
        }[config.type]

    @property
    def size(self) -> int:
        """J."""
        return len(self.joints)

    def value(self, message: Any) -> NDArray[np.float64]:
        """The joints that the contract names."""
        return self._read(message)

    def message(self, value: NDArray[np.float64], stamp_ns: int) -> Any:
        """The message of the contract's type."""
        return self._write(value, stamp_ns)

    def _from_state(self, message: Any) -> NDArray[np.float64]:
        return joint_values(message, self.joints, "position", f"commands.{self.name}.joints")

    def _to_state(self, value: NDArray[np.float64], stamp_ns: int) -> Any:
        return joint_state(self.joints, value, stamp_ns, self.frame)

    def _from_trajectory(self, message: Any) -> NDArray[np.float64]:
        if not message.points:
            raise AfilError("a JointTrajectory has no point")
        known = dict(zip(message.joint_names, message.points[-1].positions, strict=True))
        missing = [j for j in self.joints if j not in known]
        if missing:
            raise AfilError(
                f"a JointTrajectory lacks joint {', '.join(missing)}; correct "
                f"commands.{self.name}.joints"
            )
        return np.array([known[j] for j in self.joints], dtype=np.float64)

    def _to_trajectory(self, value: NDArray[np.float64], stamp_ns: int) -> Any:
        sec, nanosec = divmod(round(self._reach_s * 1e9), 1_000_000_000)
        point = messages.new(
            "trajectory_msgs/msg/JointTrajectoryPoint",
            positions=value,
            time_from_start=messages.new(
                "builtin_interfaces/msg/Duration", sec=sec, nanosec=nanosec
            ),
        )
        return messages.new(
            TRAJECTORY,
            header=messages.header(stamp_ns, self.frame),
            joint_names=list(self.joints),
            points=[point],
        )

    def _from_array(self, message: Any) -> NDArray[np.float64]:
        return np.array(message.data, dtype=np.float64)

    def _to_array(self, value: NDArray[np.float64], stamp_ns: int) -> Any:
        del stamp_ns
        return messages.new(FLOAT_ARRAY, data=value)
