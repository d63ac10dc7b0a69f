"""Vehicle controls for carla-ros-bridge."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from afil_core import messages
from afil_core.contract import Contract
from afil_core.errors import AfilError
from afil_policy.deploy.adapters.base import Command, Observations
from afil_policy.deploy.limits import ActionLimits


class VehicleAdapter:
    """One ``CarlaEgoVehicleControl`` a tick; brakes to stop.

    The bridge applies the last control for ever and has no watchdog of its own, so stopping
    always sends one, whatever was observed.

    Args:
        contract: A contract with action kind ``vehicle_control``.
        limits: Unused here: the action's ranges are all the limits that a vehicle has.

    Raises:
        AfilError: When the contract's action does not fit, or carla_msgs is not installed.
    """

    def __init__(self, contract: Contract, limits: ActionLimits) -> None:
        del limits
        if contract.action is None or contract.action.kind != "vehicle_control":
            raise AfilError(f"contract '{contract.robot}' has no action of kind vehicle_control")
        self._topic = contract.action.interfaces["vehicle"][0]
        self._names = [d.name for d in contract.action.dimensions]
        self._frame = contract.action.frame
        messages.require_type(self._topic.type)

    def commands(
        self, action: NDArray[np.float64], observations: Observations, stamp_ns: int
    ) -> list[Command]:
        """Throttle, steer and brake of the action."""
        del observations
        values = dict(zip(self._names, (float(v) for v in action), strict=True))
        return [self._control(values["throttle"], values["steer"], values["brake"], stamp_ns)]

    def stop(self, observations: Observations, stamp_ns: int) -> list[Command]:
        """Full brake."""
        del observations
        return [self._control(0.0, 0.0, 1.0, stamp_ns)]

    def reset(self) -> None:
        """Nothing is remembered."""

    def _control(self, throttle: float, steer: float, brake: float, stamp_ns: int) -> Command:
        message = messages.new(
            self._topic.type,
            header=messages.header(stamp_ns, self._frame),
            throttle=throttle,
            steer=steer,
            brake=brake,
        )
        return Command(self._topic.topic, messages.serialize(message))
