"""One topic of the contract while it arrives: is it what the contract says, and alive?"""

from __future__ import annotations

import zlib
from dataclasses import dataclass

from afil_core.clock import ClockFault
from afil_core.commands import Command
from afil_core.errors import AfilError
from afil_core.kinds import Observation
from afil_teleop.recording.findings import Finding

_SECOND_NS = 1_000_000_000
# A message that passed speaks for those of the next second: images are not all decoded.
_PASSED_FOR_NS = _SECOND_NS
_FAILED_FOR_NS = _SECOND_NS // 20
# One bad message among good ones costs its tick; a driver that is wrong sends no good one.
_WRONG_AFTER_NS = _SECOND_NS // 2
_SAME_PICTURES = 3
# In the stamp's bytes any two messages differ.
_AFTER_STAMP = 12


@dataclass
class _Window:
    """One second of arrivals."""

    start_ns: int
    count: int = 0
    offset_ns: int | None = None

    def add(self, offset_ns: int | None) -> None:
        self.count += 1
        if offset_ns is not None and (
            self.offset_ns is None or abs(offset_ns) < abs(self.offset_ns)
        ):
            self.offset_ns = offset_ns


class TopicWatch:
    """Follows the messages of one topic.

    Args:
        part: The contract's observation or command.
        offset_s: How far a stamp may be from the node's clock; None where it says nothing.
        pictures: Whether the camera shows a real scene, in which no two pictures are equal.

    Attributes:
        last_ns: Wall time (monotonic, ns) of the last arrival; None before.
        lost: Messages that the middleware lost.
        rate_hz: Arrivals in the last whole second.
    """

    def __init__(
        self, part: Observation | Command, *, offset_s: float | None, pictures: bool
    ) -> None:
        self.part = part
        self.last_ns: int | None = None
        self.lost = 0
        self.rate_hz = 0.0
        self._limit_ns = None if offset_s is None or not part.has_header else offset_s * 1e9
        self._pictures = pictures and isinstance(part, Observation) and part.is_image
        self._window: _Window | None = None
        self._offset_ns: int | None = None
        self._passed_ns: int | None = None
        self._failing_ns: int | None = None
        self._sentence = ""
        self._next_check_ns = 0
        self._picture = 0
        self._repeats = 0
        self._fault: tuple[int, ClockFault] | None = None

    def add(
        self,
        cdr: bytes,
        stamp_ns: int | None,
        now_ns: int,
        wall_ns: int,
        fault: ClockFault | None,
    ) -> None:
        """Take a message.

        Args:
            cdr: The message.
            stamp_ns: Its header stamp; None where it has none.
            now_ns: The node's clock.
            wall_ns: Monotonic wall time.
            fault: What is wrong with its time.
        """
        self.last_ns = wall_ns
        if fault is not None:
            self._fault = (wall_ns, fault)
        window = self._window
        if window is None or wall_ns - window.start_ns >= _SECOND_NS:
            window = self._roll(wall_ns)
        # A stamp of zero, or a clock that reads zero, is a fault of another name.
        known = stamp_ns is not None and stamp_ns > 0 and now_ns > 0
        window.add(now_ns - stamp_ns if known and stamp_ns is not None else None)
        if wall_ns >= self._next_check_ns:
            self._check(cdr, wall_ns)

    def age_s(self, wall_ns: int) -> float:
        """Time since the last arrival, s; -1 before the first."""
        return -1.0 if self.last_ns is None else (wall_ns - self.last_ns) / 1e9

    def rate_at(self, wall_ns: int) -> float:
        """Arrivals in the last whole second, Hz; 0 when none came since."""
        if self._window is not None and wall_ns - self._window.start_ns >= 2 * _SECOND_NS:
            self._roll(wall_ns)
        return self.rate_hz

    def findings(self, wall_ns: int) -> list[Finding]:
        """What is wrong with the messages."""
        found = []
        topic = self.part.topic
        if self._sentence and self._failing_ns is not None:
            failing_ns = wall_ns - self._failing_ns
            if self._passed_ns is None or failing_ns >= _WRONG_AFTER_NS:
                found.append(Finding(topic, "contract", self._sentence))
        if self._fault is not None and wall_ns - self._fault[0] <= _SECOND_NS:
            fault = self._fault[1]
            found.append(Finding(topic, fault.cause, fault.text))
        offset_ns = self._least_offset()
        if (
            offset_ns is not None
            and self._limit_ns is not None
            and abs(offset_ns) > self._limit_ns
        ):
            where = "behind" if offset_ns > 0 else "ahead of"
            found.append(
                Finding(
                    topic,
                    "offset",
                    f"the stamps of {topic} are {abs(offset_ns) / 1e9:.3f} s {where} this node's "
                    f"clock, more than {self._limit_ns / 1e9:g} s; let its driver stamp with the "
                    f"host's clock, synchronize the clocks, or set use_sim_time as the robot does",
                )
            )
        if self._repeats >= _SAME_PICTURES:
            found.append(
                Finding(
                    topic,
                    "picture",
                    f"{topic} shows one and the same picture for {self._repeats} s; restart the "
                    f"camera",
                )
            )
        return found

    def _roll(self, wall_ns: int) -> _Window:
        old = self._window
        fresh = old is not None and wall_ns - old.start_ns < 2 * _SECOND_NS
        self.rate_hz = old.count / ((wall_ns - old.start_ns) / 1e9) if old and fresh else 0.0
        self._offset_ns = old.offset_ns if old and fresh else None
        self._window = _Window(wall_ns)
        return self._window

    def _least_offset(self) -> int | None:
        """A message may be late once; a clock that is off is off for all of them."""
        known = [
            offset
            for offset in (self._offset_ns, self._window.offset_ns if self._window else None)
            if offset is not None
        ]
        return min(known, key=abs, default=None)

    def _check(self, cdr: bytes, wall_ns: int) -> None:
        try:
            self.part.decode(cdr)
        except AfilError as error:
            self._sentence = str(error)
            if self._failing_ns is None:
                self._failing_ns = wall_ns
            self._next_check_ns = wall_ns + _FAILED_FOR_NS
            return
        self._sentence = ""
        self._failing_ns = None
        self._passed_ns = wall_ns
        self._next_check_ns = wall_ns + _PASSED_FOR_NS
        if self._pictures:
            picture = zlib.crc32(memoryview(cdr)[_AFTER_STAMP:])
            self._repeats = self._repeats + 1 if picture == self._picture else 0
            self._picture = picture
