"""Commands that no policy of the contract could give: out of the workspace, or too far."""

from __future__ import annotations

from collections import deque
from typing import Any

from numpy.typing import NDArray

from afil_core.contract import Contract
from afil_core.errors import AfilError
from afil_teleop.recording.findings import Finding

_SAID_FOR_NS = 1_000_000_000
_KEPT = 512


class CommandLimits:
    """Follows the demonstrated commands of one topic.

    Args:
        contract: The robot's contract.
        name: The command's name there.
    """

    def __init__(self, contract: Contract, name: str) -> None:
        self._action = contract.require_action()
        self._name = name
        self._period_ns = contract.period_ns
        self._past: deque[tuple[int, NDArray[Any]]] = deque(maxlen=_KEPT)
        self._said: tuple[int, str] | None = None

    def add(self, value: NDArray[Any], time_ns: int, wall_ns: int) -> None:
        """Take a command that was decoded.

        Args:
            value: What it says.
            time_ns: Its stamp, or its arrival where it has none.
            wall_ns: Monotonic wall time.
        """
        past = self._past
        if past and time_ns < past[-1][0]:
            past.clear()
        while len(past) > 1 and past[1][0] <= time_ns - self._period_ns:
            past.popleft()
        before = past[0][1] if past else None
        try:
            self._action.require_demonstrable(self._name, value, before)
        except AfilError as error:
            self._said = (wall_ns, str(error))
        past.append((time_ns, value))

    def findings(self, topic: str, wall_ns: int) -> list[Finding]:
        """What was wrong within the last second."""
        if self._said is None or wall_ns - self._said[0] > _SAID_FOR_NS:
            return []
        return [Finding(topic, "limits", self._said[1])]

    def forget(self) -> None:
        """Begin a new episode."""
        self._past.clear()
        self._said = None
