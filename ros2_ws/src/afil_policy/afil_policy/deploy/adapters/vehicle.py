"""Adapter ``vehicle_control``: controls of a car for carla-ros-bridge."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from afil_core import messages
from afil_core.actions import Commands
from afil_core.actions.vehicle_control import VehicleControlAction
from afil_core.commands.vehicle import VehicleControl
from afil_core.contract import Contract
from afil_policy.deploy.adapters.base import Adapter, Outgoing
from afil_policy.deploy.observations import Observations

_FULL_BRAKE = np.array([0.0, 0.0, 1.0])


class VehicleAdapter(Adapter):
    """One ``CarlaEgoVehicleControl`` a tick; rests with full brake.

    The bridge applies the last control for ever and has no watchdog of its own, so a rest is
    always sent, whatever was observed.

    Args:
        config: No options.
        contract: A contract with an action of kind ``vehicle_control``.
        commands: A vehicle control.

    Raises:
        AfilError: When the contract's action does not fit, or carla_msgs is not installed.
    """

    beside = ()

    def __init__(self, config: Adapter.Config, contract: Contract, commands: Commands) -> None:
        super().__init__(config, contract, commands)
        self.required_action(VehicleControlAction)
        self._control = self.driven_command(VehicleControl)
        messages.require_type(self._control.type)

    def commands(
        self, action: NDArray[np.float64], observations: Observations, stamp_ns: int, now_ns: int
    ) -> list[Outgoing]:
        """Throttle, steer and brake, with the tick's stamp."""
        del observations, now_ns
        return [Outgoing(self._control.topic, self._control.encode(action, stamp_ns))]

    def rest(self, observations: Observations, now_ns: int) -> list[Outgoing]:
        """Full brake."""
        del observations
        return [Outgoing(self._control.topic, self._control.encode(_FULL_BRAKE, now_ns))]

    def hold(self, now_ns: int) -> list[Outgoing]:
        """Full brake: the bridge would apply the last control for ever."""
        return self.rest({}, now_ns)
