"""Shadow mode: how far a policy that commands nothing agrees with who does."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from afil_core.actions import Commands, DemonstratedActions
from afil_core.contract import Contract
from afil_core.errors import AfilError

_WAITING = 64
_WINDOW = 200


class Agreement:
    """Compares what the policy proposed at a tick with what the demonstrator's commands did.

    Args:
        contract: The robot's contract.
    """

    def __init__(self, contract: Contract) -> None:
        action = contract.require_action()
        self._names = [d.name for d in action.dimensions]
        self._width = np.array([d.maximum - d.minimum for d in action.dimensions])
        self.commands: Commands = action.demonstrated
        self._actions = DemonstratedActions(action)
        self._period_ns = contract.period_ns
        self._waiting: deque[tuple[int, NDArray[np.float64]]] = deque(maxlen=_WAITING)
        self._errors: deque[NDArray[np.float64]] = deque(maxlen=_WINDOW)
        self._said = 0
        self._count = 0

    def receive(self, topic: str, cdr: bytes, now_ns: int) -> None:
        """Take one message of a demonstrated command."""
        if not self._actions.add(topic, cdr, now_ns):
            self._actions.clear()
            self._waiting.clear()

    def proposed(self, stamp_ns: int, values: Sequence[float]) -> None:
        """Take what the policy would command."""
        self._waiting.append((stamp_ns, np.asarray(values, dtype=np.float64)))

    def errors(self) -> NDArray[np.float64] | None:
        """Mean distance of both in the last proposals, as a share of each range, float64 [D]."""
        while self._waiting and self._actions.reach(self._waiting[0][0] + self._period_ns):
            stamp_ns, values = self._waiting.popleft()
            try:
                human = self._actions.action(stamp_ns, stamp_ns + self._period_ns, {})
            except (AfilError, KeyError):
                # Before the demonstrator's first command there is nothing to compare with.
                continue
            if human is not None:
                self._errors.append(np.abs(values - human) / self._width)
                self._count += 1
            self._actions.forget_before(stamp_ns)
        return np.mean(np.stack(self._errors), axis=0) if self._errors else None

    def sentence(self) -> str:
        """The agreement in words; empty while nothing new was compared."""
        errors = self.errors()
        if errors is None or self._count == self._said:
            return ""
        self._said = self._count
        worst = int(np.argmax(errors))
        return (
            f"shadow: over the last {len(self._errors)} proposals the policy is "
            f"{100 * float(errors.mean()):.1f} % of the range away from the demonstrator, most in "
            f"{self._names[worst]} ({100 * float(errors[worst]):.1f} %)"
        )
