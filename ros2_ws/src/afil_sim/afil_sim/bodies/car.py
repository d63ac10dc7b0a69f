"""A passenger car: a kinematic bicycle with CARLA's throttle, brake and steering."""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np
from pydantic import Field

from afil_core.commands import Command
from afil_core.commands.vehicle import VehicleControl
from afil_core.contract import Contract
from afil_core.schema import Schema
from afil_core.topic_kind import Decoded
from afil_sim.bodies.base import Body, Sensor, Vector

LENGTH: Final = 4.5
WIDTH: Final = 1.9
HEIGHT: Final = 1.5
WHEELBASE: Final = 2.9
WHEEL_RADIUS: Final = 0.35
MASS: Final = 1500.0
_FULL_BRAKE: Final = np.array([0.0, 0.0, 1.0])


class WholeControl(VehicleControl):
    """All of a control that a car obeys: throttle, steer, brake, hand brake and reverse (0, 1)."""

    @property
    def size(self) -> int:
        """5."""
        return 5

    def value(self, message: Any) -> Vector:
        """The five numbers."""
        return np.append(self.pedals(message), [message.hand_brake, message.reverse])


class Car(Body):
    """The ego vehicle: ``x``, ``y`` (its middle) and ``yaw`` in the map, ``speed`` in m/s.

    It drives backwards at negative speeds.

    Args:
        config: Settings.
        contract: A contract with commands of kind ``vehicle_control``.
        image: The camera.
    """

    class Config(Schema):
        """Settings.

        Attributes:
            acceleration: At full throttle from rest, m/s^2.
            top_speed: Where full throttle no longer accelerates, m/s.
            braking: At full brake, m/s^2.
            hand_braking: With the hand brake on, m/s^2; full throttle does not move it then.
            max_steer: Angle of the front wheels at full steering, rad.
            steer_rate: How fast that angle changes, rad/s.
            rolling: What slows it down without throttle, m/s^2.
        """

        acceleration: float = Field(3.5, gt=0)
        top_speed: float = Field(30.0, gt=0)
        braking: float = Field(8.0, gt=0)
        hand_braking: float = Field(4.0, gt=0)
        max_steer: float = Field(0.61, gt=0)
        steer_rate: float = Field(2.5, gt=0)
        rolling: float = Field(0.12, ge=0)

    def __init__(self, config: Config, contract: Contract, image: Sensor) -> None:
        super().__init__(
            contract,
            sensors={
                "image": image,
                "compressed_image": image,
                "speed": lambda _: np.array([self.speed]),
            },
            actuators={"vehicle_control": self._take},
        )
        self.config = config
        self._action = contract.require_action()
        self._whole = {
            command.topic: WholeControl(command.config, command.name, contract.namespace)
            for command in contract.interface()
        }
        self.place(0.0, 0.0, 0.0)

    def place(self, x: float, y: float, yaw: float) -> None:
        """Stand at a pose with the brake on."""
        self.x, self.y, self.yaw = x, y, yaw
        self.speed = self.acceleration = self.yaw_rate = self.wheel_angle = 0.0
        self.hold()

    def move_to(self, x: float, y: float, yaw: float) -> None:
        """Go on from another pose."""
        self.x, self.y, self.yaw = x, y, yaw

    def hold(self) -> None:
        """Stop."""
        self._take(_FULL_BRAKE)

    def decode(self, command: Command, cdr: bytes) -> Decoded:
        """A control with its hand brake and gear, which no action has."""
        return self._whole[command.topic].decode(cdr)

    def commands(self, action: Vector) -> dict[str, Vector]:
        """The control that an action is, within the contract's limits."""
        clipped = self._action.clip(np.asarray(action, dtype=np.float64))
        return {command.name: clipped for command in self.contract.interface()}

    def _take(self, control: Vector) -> None:
        whole = np.array(control, dtype=np.float64)
        self.control: Vector = whole[:3]
        self.hand_brake, self.reverse = (bool(flag) for flag in (*whole[3:], 0, 0)[:2])

    def drive(self, dt: float) -> None:
        """Drive on for ``dt`` seconds under the control that it has."""
        cfg, (throttle, steer, brake) = self.config, self.control.tolist()
        wanted = -steer * cfg.max_steer  # steering is positive to the right, angles to the left
        most = cfg.steer_rate * dt
        self.wheel_angle += min(max(wanted - self.wheel_angle, -most), most)
        before, gear = self.speed, -1 if self.reverse else 1
        along = gear * before  # what is negative rolls against the gear
        push = throttle * cfg.acceleration * min(max(1 - along / cfg.top_speed, 0.0), 1.0)
        braking, held = brake * cfg.braking, self.hand_brake * cfg.hand_braking
        if along >= 0:
            along = max(along + (push - braking - cfg.rolling - held) * dt, 0.0)
        else:
            along = min(along + (push + braking + cfg.rolling + held) * dt, 0.0)
        self.speed = gear * along
        self.acceleration = (self.speed - before) / dt
        self.yaw_rate = self.speed * math.tan(self.wheel_angle) / WHEELBASE
        # The rear axle goes where the car points; its middle lies before it.
        rear_x = self.x - 0.5 * WHEELBASE * math.cos(self.yaw)
        rear_y = self.y - 0.5 * WHEELBASE * math.sin(self.yaw)
        middle = self.yaw + 0.5 * self.yaw_rate * dt
        rear_x += self.speed * dt * math.cos(middle)
        rear_y += self.speed * dt * math.sin(middle)
        self.yaw += self.yaw_rate * dt
        self.x = rear_x + 0.5 * WHEELBASE * math.cos(self.yaw)
        self.y = rear_y + 0.5 * WHEELBASE * math.sin(self.yaw)

    def bump(self, x: float, y: float, yaw: float) -> None:
        """Stand where it was before it ran into something."""
        self.x, self.y, self.yaw = x, y, yaw
        self.speed = 0.0
