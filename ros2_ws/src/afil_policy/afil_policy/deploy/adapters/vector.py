"""Adapter ``vector``: named numbers for a foreign simulator."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from afil_core.actions import Commands
from afil_core.actions.vector import VectorAction
from afil_core.commands.vector import VectorCommand
from afil_core.contract import Contract
from afil_policy.deploy.adapters.base import Adapter, Outgoing
from afil_policy.deploy.observations import Observations


class VectorAdapter(Adapter):
    """Sends the action as it is; rests with what the contract says stands still.

    Args:
        config: No options.
        contract: A contract with an action of kind ``vector``.
        commands: A command of kind ``vector``.

    Raises:
        AfilError: When the contract's action does not fit.
    """

    beside = ()

    def __init__(self, config: Adapter.Config, contract: Contract, commands: Commands) -> None:
        super().__init__(config, contract, commands)
        self._rest = self.required_action(VectorAction).rest
        self._vector = self.driven_command(VectorCommand)

    def commands(
        self, action: NDArray[np.float64], observations: Observations, stamp_ns: int, now_ns: int
    ) -> list[Outgoing]:
        """The numbers, with the tick's stamp."""
        del observations, now_ns
        return [Outgoing(self._vector.topic, self._vector.encode(action, stamp_ns))]

    def rest(self, observations: Observations, now_ns: int) -> list[Outgoing]:
        """What stands still."""
        del observations
        return [Outgoing(self._vector.topic, self._vector.encode(self._rest, now_ns))]
