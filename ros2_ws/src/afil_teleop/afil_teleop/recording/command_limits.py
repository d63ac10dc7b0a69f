"""Commands that no policy of the contract could give: out of the workspace, or too far."""

from __future__ import annotations

from collections import deque
from typing import Any, NamedTuple

from numpy.typing import NDArray

from afil_core.contract import Contract
from afil_core.errors import AfilError
from afil_teleop.recording.findings import Finding

_SAID_FOR_NS = 1_000_000_000
_KEPT = 512
# Word that another commands may be taken so much later than the other's first command.
_WORD_NS = 100_000_000


class _Given(NamedTuple):
    """A command, by its stamp and by when it was sent."""

    time_ns: int
    sent_ns: int
    value: NDArray[Any]


class _Said(NamedTuple):
    """What was wrong with a command.

    Attributes:
        wall_ns: When.
        text: A sentence.
        since_ns: When the command was sent from which it is too far; None where it is wrong by
            itself.
        sent_ns: When it was sent.
    """

    wall_ns: int
    text: str
    since_ns: int | None
    sent_ns: int

    def is_over(self, changed_ns: int) -> bool:
        """Whether it is about two commands between which another took over."""
        return self.since_ns is not None and self.since_ns < changed_ns <= self.sent_ns


class CommandLimits:
    """Follows the demonstrated commands of one topic.

    Who takes over starts from where the robot is, not from the other's last target: the first
    command of a new commander is no step. Which commands are whose is told by when they were
    sent, because an executor may read topics in any order.

    Args:
        contract: The robot's contract.
        name: The command's name there.
    """

    def __init__(self, contract: Contract, name: str) -> None:
        self._action = contract.require_action()
        self._name = name
        self._period_ns = contract.period_ns
        self._past: deque[_Given] = deque(maxlen=_KEPT)
        self._said: deque[_Said] = deque(maxlen=_KEPT)
        self._changed_ns: deque[int] = deque(maxlen=_KEPT)
        self._is_shared = False

    def add(self, value: NDArray[Any], time_ns: int, wall_ns: int, sent_ns: int) -> None:
        """Take a command that was decoded.

        Args:
            value: What it says.
            time_ns: Its stamp, or its arrival where it has none.
            wall_ns: Monotonic wall time.
            sent_ns: When the middleware sent it.
        """
        past = self._past
        if past and time_ns < past[-1].time_ns:
            past.clear()
        changed_ns = max((c for c in self._changed_ns if c <= sent_ns), default=0)
        while past and past[0].sent_ns < changed_ns:
            past.popleft()
        while len(past) > 1 and past[1].time_ns <= time_ns - self._period_ns:
            past.popleft()
        before = past[0] if past else None
        text = self._wrong(value, None)
        since_ns = None
        if not text and before is not None:
            text, since_ns = self._wrong(value, before.value), before.sent_ns
        if text:
            self._said.append(_Said(wall_ns, text, since_ns, sent_ns))
        past.append(_Given(time_ns, sent_ns, value))

    def commander_said(self, sent_ns: int, *, is_another: bool) -> None:
        """Take word of who commands from here on.

        Args:
            sent_ns: When the middleware sent it.
            is_another: Whether somebody else did before.
        """
        self._is_shared = True
        if is_another:
            self._changed_ns.append(sent_ns)
            kept = [s for s in self._said if not s.is_over(sent_ns)]
            self._said = deque(kept, maxlen=_KEPT)

    def findings(self, topic: str, wall_ns: int) -> list[Finding]:
        """What was wrong within the last second."""
        for said in reversed(self._said):
            age_ns = wall_ns - said.wall_ns
            if age_ns > _SAID_FOR_NS:
                break
            # Where somebody may take over, word of it may be on the way.
            if said.since_ns is None or not self._is_shared or age_ns >= _WORD_NS:
                return [Finding(topic, "limits", said.text)]
        return []

    def forget(self) -> None:
        """Begin a new episode."""
        self._past.clear()
        self._said.clear()

    def _wrong(self, value: NDArray[Any], before: NDArray[Any] | None) -> str:
        try:
            self._action.require_demonstrable(self._name, value, before)
        except AfilError as error:
            return str(error)
        return ""
