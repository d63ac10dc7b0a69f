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
        action_kind = self.required_action(VehicleControlAction)
        self._steer_step = action_kind.max_steer_step
        self._throttle_step = action_kind.max_throttle_step
        self._steer: float | None = None
        self._throttle = 0.0
        self._stands = False
        self._clipped = 0
        self._control = self.driven_command(VehicleControl)
        messages.require_type(self._control.type)

    def commands(
        self, action: NDArray[np.float64], observations: Observations, stamp_ns: int, now_ns: int
    ) -> list[Outgoing]:
        """Throttle, steer and brake, with the tick's stamp.

        Throttle and brake exclude each other: the stronger one is sent, and the brake where both
        are alike.
        """
        del observations, now_ns
        throttle, steer, brake = action.tolist()
        throttle, brake = (throttle, 0.0) if throttle > brake else (0.0, brake)
        throttle = min(throttle, self._throttle + self._throttle_step)
        if self._steer is not None:
            least, most = self._steer - self._steer_step, self._steer + self._steer_step
            steer = min(max(steer, least), most)
        self._throttle, self._steer, self._stands = throttle, steer, False
        control = np.array([throttle, steer, brake])
        self._clipped += not np.array_equal(control, action)
        return [Outgoing(self._control.topic, self._control.encode(control, stamp_ns))]

    def rest(self, observations: Observations, now_ns: int) -> list[Outgoing]:
        """Full brake."""
        del observations
        self._stands = True
        self.reset()
        return [Outgoing(self._control.topic, self._control.encode(_FULL_BRAKE, now_ns))]

    def reset(self) -> None:
        """The next control starts from no throttle, and from any steering, but after a rest.

        That had the wheels straight, whatever was before it.
        """
        self._steer, self._throttle = 0.0 if self._stands else None, 0.0

    @property
    def clipped(self) -> int:
        """Controls in which throttle and brake were both set, or that changed too fast."""
        return self._clipped

    def hold(self, now_ns: int) -> list[Outgoing]:
        """Full brake: the bridge would apply the last control for ever."""
        return self.rest({}, now_ns)
