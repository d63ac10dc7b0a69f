"""One topic of the contract while it arrives: is it what the contract says, and alive?"""

from __future__ import annotations

from dataclasses import dataclass

from afil_core.clock import ClockFault
from afil_core.commands import Command
from afil_core.errors import AfilError
from afil_core.kinds import Observation
from afil_teleop.recording.command_limits import CommandLimits
from afil_teleop.recording.findings import Finding
from afil_teleop.recording.pictures import Pictures
from afil_teleop.recording.rates import Rate, RateHistory

_SECOND_NS = 1_000_000_000
# A message that passed speaks for those of the next second: images are not all decoded.
_PASSED_FOR_NS = _SECOND_NS
_FAILED_FOR_NS = _SECOND_NS // 20
# One bad message among good ones costs its tick; a driver that is wrong sends no good one.
_WRONG_AFTER_NS = _SECOND_NS * 3 // 10
# A message may be off once; a clock is off for all that come meanwhile.
_OFF_AFTER_NS = _SECOND_NS * 3 // 10
_LOW_AFTER_NS = _SECOND_NS // 2
# A recorder that is so far behind what is sent to it does not keep up.
_BEHIND_NS = _SECOND_NS // 2
# A simulator's time is even: so many of its periods say what a second of wall time does, and a
# bridge that nobody commands does one in a second.
_SIMULATED_PERIODS = 5


@dataclass
class _Spell:
    """Messages in a row that have something in common."""

    since_ns: int | None = None
    lasts_ns: int = 0

    def add(self, is_so: bool, wall_ns: int) -> None:
        if not is_so:
            self.since_ns, self.lasts_ns = None, 0
            return
        self.since_ns = wall_ns if self.since_ns is None else self.since_ns
        self.lasts_ns = wall_ns - self.since_ns


class TopicWatch:
    """Follows the messages of one topic.

    Args:
        part: The contract's observation or command.
        offset_s: How far a stamp may be from the node's clock; None where it says nothing.
        pictures: Whether the camera shows a real scene, in which no two pictures are equal.
        limits: What holds a command against the action's limits.
        simulated: Whether rate and silence count in the node's clock, which a simulator drives
            as fast as it can.

    Attributes:
        rate: How often it comes.
        span_s: In how much time that is known.
        last_ns: Wall time (monotonic, ns) of the last arrival; None before the first.
        lost: Messages that the middleware lost.
        lost_before: How many of them before the open or last episode.
        count: All arrivals.
        size: Bytes of all arrivals.
    """

    def __init__(
        self,
        part: Observation | Command,
        *,
        offset_s: float | None,
        pictures: bool,
        limits: CommandLimits | None = None,
        simulated: bool = False,
    ) -> None:
        self.part = part
        self.last_ns: int | None = None
        self.lost = self.lost_before = 0
        self.count = self.size = 0
        due_hz = part.rate_hz if isinstance(part, Observation) else 0.0
        self.span_s = _SIMULATED_PERIODS / due_hz if simulated and due_hz else 1.0
        self.rate = Rate(round(self.span_s * _SECOND_NS))
        self.history = RateHistory(due_hz)
        self._simulated = simulated
        # In the time in which the rate counts.
        self._first_ns = self._newest_ns = 0
        self._limit_ns = None if offset_s is None or not part.has_header else offset_s * 1e9
        shown = pictures and isinstance(part, Observation) and part.is_image
        self._pictures = Pictures() if shown else None
        self._limits = limits
        self._checks_all = isinstance(part, Command)
        self._off, self._behind, self._low = _Spell(), _Spell(), _Spell()
        self._offset_ns = self._late_ns = 0
        self._passed_ns: int | None = None
        self._failing_ns: int | None = None
        self._sentence = ""
        self._next_check_ns = 0
        self._fault: tuple[int, ClockFault] | None = None

    def add(
        self,
        cdr: bytes,
        stamp_ns: int | None,
        now_ns: int,
        wall_ns: int,
        fault: ClockFault | None,
        late_ns: int = 0,
        sent_ns: int = 0,
    ) -> None:
        """Take a message.

        Args:
            cdr: The message.
            stamp_ns: Its header stamp; None where it has none.
            now_ns: The node's clock.
            wall_ns: Monotonic wall time.
            fault: What is wrong with its time.
            late_ns: How much longer than usual it waited to be taken.
            sent_ns: When the middleware sent it, on the clock of :meth:`commander_said`.
        """
        time_ns = self._time_ns(now_ns, wall_ns)
        if self.last_ns is None or time_ns < self._newest_ns:
            self._first_ns = time_ns
        self.last_ns, self._newest_ns = wall_ns, time_ns
        self.rate.arrive(time_ns)
        self.count += 1
        self.size += len(cdr)
        if fault is not None:
            self._fault = (wall_ns, fault)
        # A stamp of zero, or a clock that reads zero, is a fault of another name.
        if self._limit_ns is not None and stamp_ns and now_ns > 0:
            offset_ns = now_ns - stamp_ns
            # What waited here was stamped in time.
            self._offset_ns = max(offset_ns - late_ns, min(offset_ns, 0))
            self._off.add(abs(self._offset_ns) > self._limit_ns, wall_ns)
        self._late_ns = late_ns
        self._behind.add(late_ns > _BEHIND_NS, wall_ns)
        if self._pictures is not None:
            self._pictures.add(cdr, wall_ns)
        if self._checks_all or wall_ns >= self._next_check_ns:
            self._check(cdr, stamp_ns, wall_ns, sent_ns)

    def commander_said(self, sent_ns: int, *, is_another: bool) -> None:
        """Take word of who commands from here on.

        Args:
            sent_ns: When the middleware sent it.
            is_another: Whether somebody else did before.
        """
        if self._limits is not None:
            self._limits.commander_said(sent_ns, is_another=is_another)

    def age_s(self, wall_ns: int) -> float:
        """Wall time since the last arrival, s; -1 before the first."""
        return -1.0 if self.last_ns is None else (wall_ns - self.last_ns) / 1e9

    def quiet_s(self, now_ns: int, wall_ns: int) -> float:
        """The same in the time in which its rate counts, or in wall time where that is less."""
        quiet_s = (self._time_ns(now_ns, wall_ns) - self._newest_ns) / 1e9
        return min(quiet_s, self.age_s(wall_ns))

    def seen_s(self, now_ns: int, wall_ns: int) -> float:
        """How long it comes, in the same time."""
        return (self._time_ns(now_ns, wall_ns) - self._first_ns) / 1e9

    def rate_at(self, now_ns: int, wall_ns: int) -> float:
        """How often it came lately, Hz; 0 when nothing came."""
        return self.rate.at(self._time_ns(now_ns, wall_ns))

    def look(self, now_ns: int, wall_ns: int) -> None:
        """Follow the rate; called several times a second."""
        self.history.sample(self._time_ns(now_ns, wall_ns), self.count)
        self._low.add(self.history.low_hz() is not None, wall_ns)

    @property
    def low_hz(self) -> float | None:
        """Its rate where that was much lower than usual for a while; None where it was not."""
        # A simulator may be ahead by many frames of a recorder that was held up for a moment.
        lasts = not self._simulated or self._low.lasts_ns >= _LOW_AFTER_NS
        return self.history.low_hz() if lasts else None

    def begin_episode(self) -> None:
        """What was wrong for a moment before an episode is no fault of it."""
        self._fault = None
        self.lost_before = self.lost
        if self._limits is not None:
            self._limits.forget()

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
        if self._behind.lasts_ns >= _OFF_AFTER_NS:
            text = (
                f"the recorder is {self._late_ns / 1e9:.1f} s behind {topic}: the machine is too "
                f"busy; give it less to do"
            )
            found.append(Finding(topic, "late", text))
        if self._limit_ns is not None and self._off.lasts_ns >= _OFF_AFTER_NS:
            where = "behind" if self._offset_ns > 0 else "ahead of"
            found.append(
                Finding(
                    topic,
                    "offset",
                    f"the stamps of {topic} are {abs(self._offset_ns) / 1e9:.3f} s {where} this "
                    f"node's clock, more than {self._limit_ns / 1e9:g} s; let its driver stamp "
                    f"with the host's clock, synchronize the clocks, or set use_sim_time as the "
                    f"robot does",
                )
            )
        if self._pictures is not None:
            found += self._pictures.findings(topic)
        if self._limits is not None:
            found += self._limits.findings(topic, wall_ns)
        return found

    def _time_ns(self, now_ns: int, wall_ns: int) -> int:
        return now_ns if self._simulated else wall_ns

    def _check(self, cdr: bytes, stamp_ns: int | None, wall_ns: int, sent_ns: int) -> None:
        try:
            decoded = self.part.decode(cdr)
        except AfilError as error:
            self._sentence = str(error)
            if self._failing_ns is None:
                self._failing_ns = wall_ns
            self._next_check_ns = wall_ns + _FAILED_FOR_NS
            return
        if self._limits is not None:
            time_ns = wall_ns if stamp_ns is None else stamp_ns
            self._limits.add(decoded.value, time_ns, wall_ns, sent_ns)
        self._sentence = ""
        self._failing_ns = None
        self._passed_ns = wall_ns
        self._next_check_ns = wall_ns + _PASSED_FOR_NS
