"""Who drives the car: whom carla-ros-bridge obeys, and the other topics that it hears."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

from afil_core import messages
from afil_core.commands import Command
from afil_core.contract import Contract
from afil_core.topics import Qos
from afil_sim.bodies.base import Vector
from afil_sim.bodies.car import Car

_BOOL: Final = "std_msgs/msg/Bool"
_POSE: Final = "geometry_msgs/msg/Pose"
_TWIST: Final = "geometry_msgs/msg/Twist"


class BridgeDriver:
    """Passes on to the car whoever may command it now.

    A control on the wrong channel is dropped without a word, and the autopilot holds the pedals
    as long as it is on: as the bridge does.

    Args:
        contract: The car's contract.
        vehicle: Prefix of the vehicle's topics.
        car: The car.
    """

    def __init__(self, contract: Contract, vehicle: str, car: Car) -> None:
        self._car = car
        self._control: Command = contract.interface()[0]
        self._manual = f"{vehicle}/vehicle_control_cmd_manual"
        self.overridden = False
        self.autopilot = False
        # What the autopilot would do now.
        self.pilot: Callable[[], Vector] | None = None
        reliable = Qos()
        self._heard: dict[str, tuple[str, Qos, Callable[[bytes], bool]]] = {
            self._manual: (self._control.type, reliable, self._on_manual),
            f"{vehicle}/vehicle_control_manual_override": (
                _BOOL,
                Qos(durability="transient_local", depth=1),
                self._on_override,
            ),
            f"{vehicle}/enable_autopilot": (_BOOL, reliable, self._on_autopilot),
            f"{vehicle}/control/set_transform": (_POSE, reliable, self._on_transform),
            f"{vehicle}/control/set_target_velocity": (_TWIST, reliable, self._on_velocity),
        }

    @property
    def topics(self) -> dict[str, tuple[str, Qos]]:
        """What is heard beside the contract's commands: type and quality of service."""
        return {topic: (type_, qos) for topic, (type_, qos, _) in self._heard.items()}

    def hear(self, topic: str, cdr: bytes) -> bool:
        """Take a message of one of :attr:`topics`.

        Returns:
            Whether it was the control for which a frame waits.

        Raises:
            AfilError: When the bytes are something else, or no such control exists.
        """
        return self._heard[topic][2](cdr)

    def step(self) -> None:
        """Let the autopilot have the pedals, if it drives."""
        if self.autopilot and self.pilot is not None:
            self._car.obey(self._control, self.pilot())

    def _on_manual(self, cdr: bytes) -> bool:
        if not self.overridden:
            return False
        self._car.obey(self._control, self._car.decode(self._control, cdr).value)
        return True

    def _on_override(self, cdr: bytes) -> bool:
        self.overridden = bool(messages.deserialize(cdr, _BOOL).data)
        return False

    def _on_autopilot(self, cdr: bytes) -> bool:
        self.autopilot = bool(messages.deserialize(cdr, _BOOL).data)
        return False

    def _on_transform(self, cdr: bytes) -> bool:
        there = messages.deserialize(cdr, _POSE)
        q = there.orientation
        yaw = math.atan2(2 * (q.w * q.z + q.x * q.y), 1 - 2 * (q.y * q.y + q.z * q.z))
        self._car.move_to(there.position.x, there.position.y, yaw)
        return False

    def _on_velocity(self, cdr: bytes) -> bool:
        # In the vehicle's own frame; the simulated car does not slide.
        self._car.speed = float(messages.deserialize(cdr, _TWIST).linear.x)
        return False
