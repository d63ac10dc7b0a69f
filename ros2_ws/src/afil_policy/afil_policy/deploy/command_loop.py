"""From decided actions to messages: limits, command interface, rest."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from afil_core.contract import Contract
from afil_core.errors import AfilError
from afil_policy.deploy.adapters import Adapter, Goal, Outgoing
from afil_policy.deploy.limits import ActionLimits
from afil_policy.deploy.observations import Observations


class CommandLoop:
    """Sends nothing that is not within the contract's limits, and nothing from the past.

    Args:
        contract: The robot's contract.
        adapter: Adapter of the chosen command interface.

    Raises:
        AfilError: When the contract has no action.
    """

    def __init__(self, contract: Contract, adapter: Adapter) -> None:
        self._adapter = adapter
        self._limits = ActionLimits(contract)
        self._anchor = contract.stream(contract.anchor)
        self._proposed: tuple[int, list[float]] | None = None

    @property
    def streams(self) -> tuple[str, ...]:
        """Observations that :meth:`step` and :meth:`rest` need."""
        return self._adapter.streams

    @property
    def clipped(self) -> int:
        """Actions and targets that had to be clipped."""
        return self._limits.clipped + self._adapter.clipped

    def require_recent(self, stamp_ns: int, now_ns: int) -> float:
        """Check that a tick is of the present.

        Returns:
            Its age, s.

        Raises:
            AfilError: When it is older than the contract allows, or of the future.
        """
        age_s = (now_ns - stamp_ns) / 1e9
        longest_s = self._anchor.max_age_s
        if abs(age_s) > longest_s:
            raise AfilError(
                f"the frame is {age_s:.3f} s old, beyond {longest_s:g} s "
                f"(observations.{self._anchor.name}.max_age_s); check the hosts' clocks"
            )
        return age_s

    def step(
        self,
        action: NDArray[np.float64],
        observations: Observations,
        stamp_ns: int,
        now_ns: int,
    ) -> Sequence[Outgoing | Goal]:
        """Messages for an action, in the order in which they must be published.

        Args:
            action: float64 [D] in the contract's units, not yet limited.
            observations: Observations of the tick.
            stamp_ns: Stamp of the tick.
            now_ns: The node's clock.

        Raises:
            AfilError: When nothing may be commanded.
        """
        limited = self._limits.apply(action, stamp_ns)
        self._proposed = (stamp_ns, limited.tolist())
        return self._adapter.commands(limited, observations, stamp_ns, now_ns)

    def hold(self, now_ns: int) -> Sequence[Outgoing | Goal]:
        """Messages for a period without an action: no motion beyond what was commanded.

        Args:
            now_ns: The node's clock; the stamp of the messages.
        """
        return self._adapter.hold(now_ns)

    def unsent(self) -> None:
        """What is sent on a change did not go out, and is due again."""
        self._adapter.unsent()

    def proposed(self) -> tuple[int, list[float]] | None:
        """Stamp and values of the last limited action; None where it was asked for before."""
        proposed, self._proposed = self._proposed, None
        return proposed

    def rest(self, observations: Observations, now_ns: int) -> Sequence[Outgoing | Goal]:
        """Messages that bring the robot to rest.

        Args:
            observations: The newest fresh values; may lack any.
            now_ns: The node's clock; the stamp of the messages.
        """
        return self._adapter.rest(observations, now_ns)

    def restart(self) -> None:
        """Forget what was commanded: the next step starts from what is measured."""
        self._adapter.reset()
        self._limits.reset()
