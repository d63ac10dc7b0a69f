"""When the messages of a lock-step world were logged, whatever the order they are read in."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import NamedTuple

from afil_core.contract import Contract

# A message without a stamp waits for one of the same step: a few steps are kept.
_KEPT = 1000
# What belongs to a frame is logged so much before it: a reader comes to the frame last.
_BEFORE_NS = 1


class Logged(NamedTuple):
    """A message with its log time."""

    topic: str
    cdr: bytes
    log_time_ns: int


class _Stamps:
    """The stamps of one topic by the times at which its messages were sent."""

    def __init__(self) -> None:
        self._sent: list[int] = []
        self._stamps: list[int] = []

    def add(self, sent_ns: int, stamp_ns: int) -> None:
        self._sent.append(sent_ns)
        self._stamps.append(stamp_ns)
        del self._sent[:-_KEPT], self._stamps[:-_KEPT]

    def at_or_after(self, sent_ns: int) -> int | None:
        index = bisect_left(self._sent, sent_ns)
        return self._stamps[index] if index < len(self._stamps) else None

    def before(self, sent_ns: int) -> int | None:
        index = bisect_right(self._sent, sent_ns)
        return self._stamps[index - 1] if index else None


class LockStepTimes:
    """Gives each message of an episode its log time.

    Simulated time stands still until a frame is answered, so that a message's stamp is its log
    time: reading the clock instead would depend on which process got the processor first. What
    has no stamp takes that of the message which its publisher sends next: a command the stamp of
    the demonstrator's stamped command, anything else a moment before that of the camera frame,
    which a world sends last. "Next" is told by the times at which the middleware sent them: an
    executor may read topics in any order, while the messages of one topic come in theirs.

    Args:
        contract: The robot's contract.
    """

    def __init__(self, contract: Contract) -> None:
        demonstrated = contract.action.demonstrated if contract.action else ()
        self._commands = {c.topic for c in demonstrated}
        self._frame_topic = contract.stream(contract.anchor).topic
        self._answer_topic = next((c.topic for c in demonstrated if c.has_header), None)
        self._frames, self._answers = _Stamps(), _Stamps()
        self._held: list[tuple[str, bytes, int]] = []
        self._early: list[Logged] = []
        self._first_ns: int | None = None
        self._newest_ns = 0

    def held(self, topic: str) -> int:
        """How many messages of a topic wait for the stamp of another one."""
        return sum(held[0] == topic for held in self._held)

    def add(self, topic: str, cdr: bytes, stamp_ns: int | None, sent_ns: int) -> list[Logged]:
        """Take a message.

        Args:
            topic: Its topic.
            cdr: The message.
            stamp_ns: Its header stamp; None where it has none.
            sent_ns: When the middleware sent it.

        Returns:
            What has a log time now and did not have one before. Commands that answer frames of an
            earlier episode never come out.
        """
        if stamp_ns is None:
            self._held.append((topic, cdr, sent_ns))
            return self._release()
        if topic in self._commands:
            if topic == self._answer_topic:
                self._answers.add(sent_ns, stamp_ns)
            self._early.append(Logged(topic, cdr, stamp_ns))
            return self._release()
        if topic == self._frame_topic:
            self._frames.add(sent_ns, stamp_ns)
        if self._first_ns is None:
            self._first_ns = stamp_ns
        self._newest_ns = max(self._newest_ns, stamp_ns)
        return [Logged(topic, cdr, stamp_ns), *self._release()]

    def rest(self) -> list[Logged]:
        """What still waits when the episode is over, at the newest stamp."""
        held, self._held = self._held, []
        return [Logged(topic, cdr, self._newest_ns) for topic, cdr, _ in held]

    def _release(self) -> list[Logged]:
        waiting = []
        for topic, cdr, sent_ns in self._held:
            stamp_ns = self._stamp(topic, sent_ns)
            if stamp_ns is None:
                waiting.append((topic, cdr, sent_ns))
            else:
                before_ns = 0 if topic in self._commands else _BEFORE_NS
                self._early.append(Logged(topic, cdr, stamp_ns - before_ns))
        self._held = waiting
        if self._first_ns is None:
            return []
        early, self._early = self._early, []
        first_ns = self._first_ns - _BEFORE_NS
        return [message for message in early if message.log_time_ns >= first_ns]

    def _stamp(self, topic: str, sent_ns: int) -> int | None:
        if topic not in self._commands:
            return self._frames.at_or_after(sent_ns)
        if self._answer_topic is not None:
            return self._answers.at_or_after(sent_ns)
        # Nothing of the answer is stamped. Once a later frame is there, none is on its way that
        # this could be the answer to.
        later = self._frames.at_or_after(sent_ns)
        return None if later is None else self._frames.before(sent_ns)
