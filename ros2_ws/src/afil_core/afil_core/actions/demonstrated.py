"""The demonstrator's action at each tick, from the command topics of an episode."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from afil_core.actions.base import Action
from afil_core.actions.series import CommandSeries
from afil_core.clock import ClockGuard
from afil_core.messages import peek_stamp

Observations = Mapping[str, NDArray[Any]]


class DemonstratedActions:
    """Collects an episode's commands and answers with the action taken at a tick.

    The action of a tick is what the commands issued from that tick until the next one did: it
    does not depend on the rate at which the demonstrator commanded.

    Args:
        action: The contract's action.
        guard: Judges the stamps; the reader's, so that all streams are judged by one.
    """

    def __init__(self, action: Action, guard: ClockGuard | None = None) -> None:
        self._action = action
        self._series = {c.name: CommandSeries(c) for c in action.demonstrated}
        self._by_topic = {c.topic: self._series[c.name] for c in action.demonstrated}
        self._guard = guard or ClockGuard()

    @property
    def topics(self) -> list[str]:
        """The command topics to feed to :meth:`add`."""
        return list(self._by_topic)

    def add(self, topic: str, cdr: bytes, received_ns: int) -> bool:
        """Add one command message as it was received.

        Args:
            topic: One of :attr:`topics`.
            cdr: The serialized message; decoded when a tick asks for it.
            received_ns: Log time; for types without a header the stamp, too.

        Returns:
            Whether the stamps make sense; false where a clock was set, so that what came
            before must not be mixed with what comes after.
        """
        return self.sink(topic)(cdr, received_ns)

    def sink(self, topic: str) -> Callable[[bytes, int], bool]:
        """:meth:`add` for one topic, for who adds many of its messages."""
        series = self._by_topic[topic]
        check = self._guard.topic(topic).check
        has_header = series.command.has_header

        def take(cdr: bytes, received_ns: int) -> bool:
            peeked = peek_stamp(cdr) if has_header else received_ns
            stamp_ns = received_ns if peeked is None else peeked
            fault = check(stamp_ns, received_ns)
            if fault is None or not fault.message_is_lost:
                series.add(stamp_ns, cdr, received_ns)
            return fault is None or not fault.is_step

        return take

    def reach(self, stamp_ns: int) -> bool:
        """Whether every command topic has a command of that time or later."""
        return all((series.newest_ns or 0) >= stamp_ns for series in self._series.values())

    def action(
        self, tick_ns: int, next_tick_ns: int, observations: Observations
    ) -> NDArray[np.float64] | None:
        """The action taken at a tick.

        Args:
            tick_ns: Stamp of the tick.
            next_tick_ns: Stamp of the following tick.
            observations: Observations at the tick; what the arm does before the first command.

        Returns:
            float64 [D] in the contract's units, or None when no command tells.

        Raises:
            AfilError: When a command that tells is malformed.
        """
        for series in self._series.values():
            series.used_ns.clear()
        return self._action.label(self._series, tick_ns, next_tick_ns, observations)

    @property
    def spans_ns(self) -> list[tuple[int, int]]:
        """What the last :meth:`action` was read from, also where it was refused.

        Returns:
            For each topic the log times of the first and the last of its commands.
        """
        used = [series.used_ns for series in self._series.values()]
        return [(min(times), max(times)) for times in used if times]

    def forget_before(self, tick_ns: int) -> None:
        """Drop what no tick from this one on asks for."""
        for series in self._series.values():
            series.forget_before(tick_ns)

    def clear(self) -> None:
        """Drop everything, where a clock was set."""
        for series in self._series.values():
            series.clear()
