"""One pass through an episode's bag: aligned ticks with the demonstrated action."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from afil_core.actions import DemonstratedActions
from afil_core.bags import read_bag
from afil_core.clock import ClockGuard
from afil_core.commander import DECODERS, Commander, CommanderLog
from afil_core.contract import Contract
from afil_core.episodes.left_out import LeftOut
from afil_core.errors import AfilError
from afil_core.timeline import Tick, Timeline

# A command that answers a tick may be logged this much after the tick's end: another process
# sent it, and the recorder may have been busy.
_GRACE_NS = 1_000_000_000
_CHANGED = "another took over: the step leads from the one's command to the other's"
_RESTED = "nobody commanded: the policy had stopped, and the robot rested"


@dataclass(frozen=True)
class Step:
    """One step of a demonstration.

    Attributes:
        stamp_ns: Stamp of the tick.
        observations: Value of every stream that was asked for, among others.
        action: float64 [D], the demonstrated action in the contract's units.
        commander: Who gave the command that tells what was done; None where the recording does
            not say, which has one demonstrator then. Corrections are the steps of
            ``Commander.HUMAN``.
        is_handover: Whether it leads from one commander's command to the other's, or the robot
            rested between. Nobody did that: the action is zeros, the commander None.
    """

    stamp_ns: int
    observations: dict[str, NDArray[Any]]
    action: NDArray[np.float64]
    commander: Commander | None = None
    is_handover: bool = False


class StepReader:
    """Iterates over the steps of an episode, once.

    Ticks that can't be used are left out and counted in :attr:`left_out`, the same ones that a
    live policy node would refuse. Where a clock was set, nothing from before is mixed with
    what comes after. A step in which another took over is left out, too.

    Args:
        path: Folder of the episode.
        contract: Its contract.
        streams: Names of the streams that are wanted, besides those that the action needs; all
            by default.
        as_written: Whether to read in the order of writing, see :func:`read_bag`.
        handovers: Whether to yield the steps in which another took over, for what was seen then.

    Raises:
        AfilError: When the contract has no action or no such stream.
    """

    def __init__(
        self,
        path: Path,
        contract: Contract,
        streams: Collection[str] | None = None,
        *,
        as_written: bool = False,
        handovers: bool = False,
    ) -> None:
        self.left_out = LeftOut(path)
        self._path = path
        self._as_written = as_written
        self._handovers = handovers
        self._guard = ClockGuard()
        action = contract.require_action()
        wanted = None if streams is None else [*streams, *action.needs]
        self._timeline = Timeline(contract, wanted, guard=self._guard)
        self._dimensions = len(action.dimensions)
        self._actions = DemonstratedActions(action, self._guard)
        self._commanders = CommanderLog()
        self._commander_topics = {
            topic: DECODERS[type_] for topic, (type_, _) in contract.commander_topics().items()
        }
        self._period_ns = contract.period_ns
        self._waiting: deque[Tick] = deque()

    def __iter__(self) -> Iterator[Step]:
        """The steps; :attr:`left_out` is complete when they are.

        Raises:
            AfilError: When the bag is damaged.
        """
        timeline, actions, waiting = self._timeline, self._actions, self._waiting
        sinks = {s.topic: timeline.sink(s.name) for s in timeline.streams}
        commands = {topic: actions.sink(topic) for topic in actions.topics}
        sinks |= commands
        for said_on, decode in self._commander_topics.items():
            sinks[said_on] = self._commanders.sink(decode)
        due_ns: float = math.inf
        for topic, log_time_ns, cdr in read_bag(self._path, sinks, as_written=self._as_written):
            if not sinks[topic](cdr, log_time_ns):
                timeline.reset()
                yield from self._cut()
            if timeline.pending:
                waiting.extend(timeline.poll(log_time_ns))
                due_ns = self._due_ns()
            if topic in commands and len(waiting) > 1 and actions.reach(self._end_ns()):
                # Nothing more can tell what was done, and each waiting tick holds an image.
                due_ns = 0
            while log_time_ns > due_ns:
                yield from self._step(self._end_ns())
                due_ns = self._due_ns()
        waiting.extend(timeline.flush())
        while waiting:
            yield from self._step(self._end_ns())
        self.left_out.clock = tuple(self._guard.sentences())

    def _due_ns(self) -> float:
        """Log time from which on the first waiting tick's commands are all there."""
        return self._end_ns() + _GRACE_NS if len(self._waiting) > 1 else math.inf

    def _end_ns(self) -> int:
        """Where the first waiting tick ends: at the next one, which after a gap is late."""
        first = self._waiting[0].stamp_ns
        if len(self._waiting) == 1:
            return first + self._period_ns
        return min(self._waiting[1].stamp_ns, first + 2 * self._period_ns)

    def _cut(self) -> Iterator[Step]:
        """End here: what follows bears the time of another clock."""
        while self._waiting:
            yield from self._step(self._end_ns())
        self._actions.clear()

    def _step(self, end_ns: int) -> Iterator[Step]:
        tick = self._waiting.popleft()
        if tick.observations is None:
            for problem in tick.problems[:1]:
                self.left_out.add(problem.cause, problem.text)
            return
        why = ("no command", "no command tells what was done")
        try:
            action = self._actions.action(tick.stamp_ns, end_ns, tick.observations)
        except AfilError as error:
            action, why = None, (str(error).split(":")[0], str(error))
        spans = self._actions.spans_ns
        self._actions.forget_before(tick.stamp_ns)
        # Before what is wrong with it: the way from one's target to the other's may be too long.
        newest_ns = max((last for _, last in spans), default=end_ns)
        commander = self._commanders.before(newest_ns + 1)
        changed = self._commanders.straddled(spans)
        if changed or commander is Commander.NOBODY:
            cause = ("handover", _CHANGED) if changed else ("rest", _RESTED)
            self.left_out.add(*cause, is_lost=False)
            if self._handovers:
                nothing = np.zeros(self._dimensions)
                yield Step(tick.stamp_ns, tick.observations, nothing, is_handover=True)
            return
        if action is None:
            self.left_out.add(*why)
            return
        self.left_out.used += 1
        yield Step(tick.stamp_ns, tick.observations, action, commander)
