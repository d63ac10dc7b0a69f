"""Device ``gamepad``: sticks and triggers, with the parameter names of ``teleop_twist_joy``."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from afil_core.commands import Command
from afil_core.contract import Contract
from afil_core.errors import AfilError
from afil_core.schema import Schema
from afil_core.topics import Qos, TopicName
from afil_teleop.devices.base import Device, Source
from afil_teleop.devices.joy import JOY_TYPE, Joy, Presses
from afil_teleop.devices.key_maps import drives_a_car
from afil_teleop.devices.motion import ArmMotion

_LINEAR: tuple[Literal["x", "y", "z"], ...] = ("x", "y", "z")
_ANGULAR: tuple[Literal["roll", "pitch", "yaw"], ...] = ("roll", "pitch", "yaw")
Linear = dict[Literal["x", "y", "z"], float]
Angular = dict[Literal["roll", "pitch", "yaw"], float]


class Gamepad(Device):
    """A pad of the ``joy`` package; the defaults are those of an Xbox pad on ``joy_node``.

    Nothing moves unless ``enable_button`` (or ``enable_turbo_button``) is held: the dead-man.
    ``joy_node`` must repeat itself (``autorepeat_rate``, 20 Hz by default): a stick that is held
    still would be silence otherwise.
    """

    class Config(Schema):
        """Options; the first are those of ``teleop_twist_joy``.

        Attributes:
            axis_linear: Axis for each direction of motion (base frame: x forward, y left, z up).
            scale_linear: Speed at the end of its way, m/s; negative turns it round.
            scale_linear_turbo: The same while ``enable_turbo_button`` is held.
            axis_angular: Axis for each rotation.
            scale_angular: Speed at the end of its way, rad/s.
            scale_angular_turbo: The same while ``enable_turbo_button`` is held.
            require_enable_button: Whether nothing moves without the next two.
            enable_button: The dead-man's button.
            enable_turbo_button: The same for the turbo speeds; -1 for none.
            gripper_button: Opens and closes the gripper.
            axis_steering: A car's steering, left positive as sticks are.
            axis_throttle: A car's throttle.
            axis_brake: A car's brake.
            trigger_released: Value of these two when nobody touches them; 0 with
                ``game_controller_node``.
            trigger_pressed: Value at the end of their way; 1 with ``game_controller_node``.
            reverse_button: Changes between forward and reverse.
            deadzone: Values of sticks below are 0.
            buttons: Button for each episode command.
            topic: Where the pad publishes.
        """

        axis_linear: dict[Literal["x", "y", "z"], int] = {"x": 1, "y": 0, "z": 4}
        scale_linear: Linear = {"x": 0.1, "y": 0.1, "z": 0.1}
        scale_linear_turbo: Linear = {"x": 0.25, "y": 0.25, "z": 0.25}
        axis_angular: dict[Literal["roll", "pitch", "yaw"], int] = {
            "yaw": 3,
            "pitch": 7,
            "roll": 6,
        }
        scale_angular: Angular = {"yaw": 0.5, "pitch": 0.5, "roll": 0.5}
        scale_angular_turbo: Angular = {"yaw": 1.0, "pitch": 1.0, "roll": 1.0}
        require_enable_button: bool = True
        enable_button: int = 4
        enable_turbo_button: int = 5
        gripper_button: int = 0
        axis_steering: int = 0
        axis_throttle: int = 5
        axis_brake: int = 2
        trigger_released: float = 1.0
        trigger_pressed: float = -1.0
        reverse_button: int = 3
        deadzone: float = Field(0.05, ge=0, lt=1)
        buttons: dict[str, int] = {
            "advance": 7,
            "rerecord": 6,
            "discard": 1,
            "save_failure": 2,
            "take_over": 8,
        }
        topic: TopicName = "joy"

    def __init__(self, config: Schema, contract: Contract) -> None:
        super().__init__(config, contract)
        assert isinstance(config, self.Config)
        if config.trigger_released == config.trigger_pressed:
            raise AfilError("trigger_released and trigger_pressed are the same; correct one")
        self._cfg = config
        self._arm = None if drives_a_car(contract) else ArmMotion(contract, "gamepad")
        self._presses = Presses(config.buttons)
        self._joy = Joy(config.topic)
        self._moved: set[int] = set()
        self.sources = (Source(config.topic, JOY_TYPE, Qos(reliability="best_effort", depth=5)),)
        held = f"hold button {config.enable_button} to move"
        moves = "sticks move and turn" if self._arm else "stick steers, triggers drive and brake"
        keys = ", ".join(f"{name} {index}" for name, index in config.buttons.items())
        self.help = f"  {moves}; {held}\n  buttons: {keys}"

    def receive(self, topic: str, cdr: bytes, now_s: float) -> None:
        """Take a message of the pad."""
        joy = Joy.decode(topic, cdr)
        for key in self._presses.keys(joy):
            self.ask(key)
        cfg, presses = self._cfg, self._presses
        toggles = presses.pressed(joy, cfg.gripper_button, "gripper_button") if self._arm else 0
        turns = not self._arm and presses.pressed(joy, cfg.reverse_button, "reverse_button")
        self._joy = joy
        self._moved |= {index for index, value in enumerate(joy.axes) if value != 0.0}
        # What the pad lacks is said now, and not in each control period.
        if not self._is_enabled():
            return
        if self._arm is not None and toggles:
            self._arm.toggle()
        if turns:
            self.reverse = not self.reverse
        self._asked(0.0)
        self.heard(now_s)

    def step(self, now_s: float, period_s: float) -> NDArray[np.float64] | None:
        """What sticks and triggers ask for; nothing while the dead-man's button is free."""
        del now_s
        return self._asked(period_s) if self._is_enabled() else None

    def adopt(self, command: Command, value: NDArray[np.float64]) -> None:
        """The gripper stays as it is."""
        if self._arm is not None:
            self._arm.adopt(command, value)

    def reset(self) -> None:
        """The hand is open again, the car goes forward."""
        self.reverse = False
        if self._arm is not None:
            self._arm.is_open = True

    def _is_enabled(self) -> bool:
        cfg, joy = self._cfg, self._joy
        if not cfg.require_enable_button:
            return True
        return joy.is_pressed(cfg.enable_button, "enable_button") or self._is_turbo()

    def _is_turbo(self) -> bool:
        return self._joy.is_pressed(self._cfg.enable_turbo_button, "enable_turbo_button")

    def _asked(self, period_s: float) -> NDArray[np.float64]:
        if self._arm is None:
            return self._driving()
        cfg, joy, turbo = self._cfg, self._joy, self._is_turbo()
        linear = cfg.scale_linear_turbo if turbo else cfg.scale_linear
        angular = cfg.scale_angular_turbo if turbo else cfg.scale_angular
        twist = [
            linear.get(n, 0.0) * joy.axis(cfg.axis_linear.get(n, -1), f"axis_linear.{n}", dead)
            for dead in (cfg.deadzone,)
            for n in _LINEAR
        ]
        twist += [
            angular.get(n, 0.0) * joy.axis(cfg.axis_angular.get(n, -1), f"axis_angular.{n}", dead)
            for dead in (cfg.deadzone,)
            for n in _ANGULAR
        ]
        return self._arm.action(np.array(twist), period_s)

    def _driving(self) -> NDArray[np.float64]:
        cfg = self._cfg
        steer = -self._joy.axis(cfg.axis_steering, "axis_steering", cfg.deadzone)
        throttle = self._trigger(cfg.axis_throttle, "axis_throttle")
        return np.array([throttle, steer, self._trigger(cfg.axis_brake, "axis_brake")])

    def _trigger(self, index: int, name: str) -> float:
        value = self._joy.axis(index, name)
        # Until it is first touched, joy_node says 0, which would be half of its way.
        if index < 0 or index not in self._moved:
            return 0.0
        free, end = self._cfg.trigger_released, self._cfg.trigger_pressed
        return float(np.clip((value - free) / (end - free), 0.0, 1.0))
