"""Command adapter ``turn_rate``: the rate of the disc, changed gently."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from afil_core.actions import Commands
from afil_core.contract import Contract
from afil_policy.deploy.adapters import Adapter, Outgoing
from afil_policy.deploy.observations import Observations
from turntable.action import Turn
from turntable.command import TurnRate


class TurnRateAdapter(Adapter):
    """Approaches the decided rate by small changes; rests by standing still.

    Args:
        config: How small.
        contract: A contract with an action of kind ``turn``.
        commands: A turn rate.
    """

    class Config(Adapter.Config):
        """Options.

        Attributes:
            max_change_rad_s: Largest change of the rate in one tick.
        """

        max_change_rad_s: float = Field(0.5, gt=0)

    beside = ()

    def __init__(self, config: Config, contract: Contract, commands: Commands) -> None:
        super().__init__(config, contract, commands)
        self.required_action(Turn)
        self._rate = self.driven_command(TurnRate)
        self._most = config.max_change_rad_s
        self._last = np.zeros(1)

    def commands(
        self, action: NDArray[np.float64], observations: Observations, stamp_ns: int, now_ns: int
    ) -> list[Outgoing]:
        """The rate after this tick."""
        change = np.clip(action - self._last, -self._most, self._most)
        self._last = self._last + change
        return [Outgoing(self._rate.topic, self._rate.encode(self._last, stamp_ns))]

    def rest(self, observations: Observations, now_ns: int) -> list[Outgoing]:
        """Stand still at once."""
        self.reset()
        return [Outgoing(self._rate.topic, self._rate.encode(self._last, now_ns))]

    def reset(self) -> None:
        """The disc stands still again."""
        self._last = np.zeros(1)
