"""Device ``spacemouse``: the six axes of ``spacenav_node``."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from afil_core import messages
from afil_core.commands import Command
from afil_core.contract import Contract
from afil_core.errors import AfilError
from afil_core.schema import Schema
from afil_core.topics import TopicName
from afil_teleop.devices.base import SILENCE_S, Device, Source
from afil_teleop.devices.joy import JOY_TYPE, Joy, Presses
from afil_teleop.devices.motion import ArmMotion


class SpaceMouse(Device):
    """Moves an end effector as the cap is moved; its first button opens and closes the gripper."""

    class Config(Schema):
        """Options.

        Attributes:
            linear_m_s: Speed where the node says 1, m/s.
            angular_rad_s: Speed where the node says 1, rad/s.
            deadband: Smaller values are 0, so that a hand at rest moves nothing.
            use_twist_stamped: As the node's parameter of this name.
            gripper_button: Opens and closes the gripper.
            buttons: Button for each episode command.
            topic: Prefix of the node's topics.
        """

        linear_m_s: float = Field(0.2, gt=0)
        angular_rad_s: float = Field(0.8, gt=0)
        deadband: float = Field(0.05, ge=0, lt=1)
        use_twist_stamped: bool = False
        gripper_button: int = 0
        buttons: dict[str, int] = {"advance": 1}
        topic: TopicName = "spacenav"

    def __init__(self, config: Schema, contract: Contract) -> None:
        super().__init__(config, contract)
        assert isinstance(config, self.Config)
        self._arm = ArmMotion(contract, "SpaceMouse")
        self._cfg = config
        self._presses = Presses(config.buttons)
        self._scale = np.repeat([config.linear_m_s, config.angular_rad_s], 3)
        self._twist: NDArray[np.float64] = np.zeros(6)
        self._moved_s = -SILENCE_S
        kind = "TwistStamped" if config.use_twist_stamped else "Twist"
        ending = "_stamped" if config.use_twist_stamped else ""
        self._motion = Source(f"{config.topic}/twist{ending}", f"geometry_msgs/msg/{kind}")
        self._buttons = Source(f"{config.topic}/joy", JOY_TYPE)
        self.sources = (self._motion, self._buttons)
        keys = ", ".join(f"{name} {index}" for name, index in config.buttons.items())
        self.help = f"  the cap moves and turns; buttons: gripper {config.gripper_button}, {keys}"

    def receive(self, topic: str, cdr: bytes, now_s: float) -> None:
        """Take a motion or a press of a button."""
        if topic == self._buttons.topic:
            joy = Joy.decode(topic, cdr)
            for key in self._presses.keys(joy):
                self.ask(key)
            if self._presses.pressed(joy, self._cfg.gripper_button, "gripper_button"):
                self._arm.toggle()
                # The cap may lie still: the gripper is meant all the same.
                self.heard(now_s)
            return
        message = messages.deserialize(cdr, self._motion.type)
        twist = message.twist if self._cfg.use_twist_stamped else message
        values = np.array(
            [getattr(part, axis) for part in (twist.linear, twist.angular) for axis in "xyz"]
        )
        if not np.isfinite(values).all():
            raise AfilError(f"{topic} is not finite: {values.tolist()}; check spacenav_node")
        values[abs(values) < self._cfg.deadband] = 0.0
        self._twist, self._moved_s = values.clip(-1, 1) * self._scale, now_s
        if values.any():
            self.heard(now_s)

    def step(self, now_s: float, period_s: float) -> NDArray[np.float64] | None:
        """The motion of the cap."""
        moves = now_s - self._moved_s < SILENCE_S
        return self._arm.action(self._twist if moves else np.zeros(6), period_s)

    def adopt(self, command: Command, value: NDArray[np.float64]) -> None:
        """The gripper stays as it is."""
        self._arm.adopt(command, value)

    def reset(self) -> None:
        """The hand is open again."""
        self._arm.is_open = True
