"""Device ``leader``: a second arm, or a GELLO, whose joints the robot's follow."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from afil_core import messages
from afil_core.actions.joint import JointTargets
from afil_core.contract import Contract
from afil_core.errors import AfilError
from afil_core.schema import Schema
from afil_core.topics import Qos, TopicName
from afil_teleop.devices.base import Device, Source

_STATE = "sensor_msgs/msg/JointState"


class LeaderArm(Device):
    """Joint states of a leader become joint targets of a robot whose action is ``joint``.

    ``target = sign * (leader - offset)``. The robot does not jump to where its leader lies: the
    drive follows by the contract's largest step (``action.max_step_rad``).
    """

    class Config(Schema):
        """Options.

        Attributes:
            topic: Where the leader publishes its joint states.
            joints: Names of the leader's joints in the order of the robot's; the robot's own by
                default.
            signs: 1 or -1 for each joint; 1 by default.
            offsets_rad: What the leader's joint says where the robot's says 0; 0 by default.
            gripper_joint: The leader's joint that means the gripper.
            gripper_range: Its values for the closed and for the open gripper.
        """

        topic: TopicName = "leader/joint_states"
        joints: tuple[str, ...] = ()
        signs: tuple[float, ...] = ()
        offsets_rad: tuple[float, ...] = ()
        gripper_joint: str = Field("")
        gripper_range: tuple[float, float] = (0.0, 1.0)

    def __init__(self, config: Schema, contract: Contract) -> None:
        super().__init__(config, contract)
        assert isinstance(config, self.Config)
        action = contract.action
        if not isinstance(action, JointTargets):
            raise AfilError(
                f"a leader arm drives joints, and the action of the contract '{contract.robot}' "
                f"is of another kind; give it `kind: joint` (docs/recording.md), or record with "
                f"another source:="
            )
        count = action.joint_command.size
        self._joints = config.joints or action.joint_command.joints
        self._signs = np.array(config.signs or (1.0,) * count)
        self._offsets = np.array(config.offsets_rad or (0.0,) * count)
        for name, given in (
            ("joints", len(self._joints)),
            ("signs", len(self._signs)),
            ("offsets_rad", len(self._offsets)),
        ):
            if given != count:
                raise AfilError(f"{name} of the leader has {given} entries; the robot {count}")
        if (abs(self._signs) != 1).any():
            raise AfilError("signs of the leader must be 1 or -1")
        gripper = action.gripper_command
        if gripper is not None and not config.gripper_joint:
            raise AfilError(
                "the contract demonstrates a gripper; give gripper_joint and gripper_range of "
                "the leader"
            )
        self._gripper = gripper
        self._cfg = config
        closed, opened = config.gripper_range
        if closed == opened:
            raise AfilError("gripper_range of the leader has the same value twice")
        self._target: NDArray[np.float64] | None = None
        self.sources = (Source(config.topic, _STATE, Qos(reliability="best_effort", depth=1)),)
        self.help = f"  the robot follows {config.topic} as fast as its contract allows"

    def receive(self, topic: str, cdr: bytes, now_s: float) -> None:
        """Take the leader's joints."""
        message = messages.deserialize(cdr, _STATE)
        at = dict(zip(message.name, message.position, strict=False))
        wanted = [*self._joints, *([self._cfg.gripper_joint] if self._gripper else [])]
        missing = [name for name in wanted if name not in at]
        if missing:
            raise AfilError(
                f"{topic} lacks {', '.join(missing)}; it has {', '.join(at) or 'no joints'}"
            )
        values = np.array([at[name] for name in wanted], dtype=np.float64)
        if not np.isfinite(values).all():
            raise AfilError(f"{topic} is not finite: {values.tolist()}; check the leader")
        target = self._signs * (values[: len(self._joints)] - self._offsets)
        if self._gripper is not None:
            closed, opened = self._cfg.gripper_range
            share = np.clip((values[-1] - closed) / (opened - closed), 0.0, 1.0)
            low, high = self._gripper.minimum_m, self._gripper.maximum_m
            target = np.append(target, low + share * (high - low))
        self._target = target
        self.heard(now_s)

    def step(self, now_s: float, period_s: float) -> NDArray[np.float64] | None:
        """Where the leader is."""
        del now_s, period_s
        return self._target
