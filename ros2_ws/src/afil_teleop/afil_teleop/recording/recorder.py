"""Episodes from raw messages: what arrives is written at once, unchanged, with its log time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from afil_core.bags import BagOptions, OfferedQos
from afil_core.contract import Contract
from afil_core.episodes import EpisodeWriter
from afil_core.episodes.ledger import Ledger
from afil_core.errors import AfilError
from afil_core.messages import has_header, peek_stamp
from afil_core.topics import Qos
from afil_teleop.recording.latched import LatchedTopics
from afil_teleop.recording.lock_step import LockStepTimes

World = Literal["none", "lock_step", "real_time"]


@dataclass(frozen=True)
class RecordingSettings:
    """What all episodes of a session have in common.

    Attributes:
        dataset: Folder that the episodes go to.
        contract: The robot's contract.
        operator: Who demonstrates.
        world: Mode of the simulated world that is recorded. In lock-step log times are those of
            :class:`~afil_teleop.recording.lock_step.LockStepTimes`; in real time a message is
            not logged before its stamp, where the world's ``/clock`` comes after it.
        notes: Further texts for ``episode.yaml``.
        bag: How bags are written.
    """

    dataset: Path
    contract: Contract
    operator: str
    world: World
    notes: Mapping[str, str]
    bag: BagOptions = BagOptions()


class EpisodeRecorder:
    """Writes the messages of the contract's topics while an episode is open.

    Args:
        settings: What all episodes of the session have in common.
        instruction: The task in words; may be set later, as a simulated world tells it.
        problems: What was wrong in the open episode beside its messages' times, one sentence
            each, for ``episode.yaml``.

    Raises:
        AfilError: When a message type of the contract is not installed.

    Attributes:
        instruction: The task in words.
        notes: Further texts for ``episode.yaml``.
        offered: What the publishers of each topic offer, which the next episode's bag keeps.
        ledger: What was written of the open or the last episode.
        costs: What packing cameras cost in the last episode, one sentence each.
    """

    def __init__(
        self,
        settings: RecordingSettings,
        instruction: str = "",
        problems: Callable[[], list[str]] = list,
    ) -> None:
        self._settings = settings
        self._problems = problems
        self.instruction = instruction
        self.notes = dict(settings.notes)
        self.offered: Mapping[str, Sequence[OfferedQos]] = {}
        contract = settings.contract
        self._types = {topic: kind for topic, (kind, _) in contract.topics().items()}
        beside = contract.extra_topics() | contract.commander_topics()
        self._qos = {topic: qos for topic, (_, qos) in beside.items()}
        self._has_header = {topic: has_header(kind) for topic, kind in self._types.items()}
        self._latched = LatchedTopics(self._qos)
        self._writer: EpisodeWriter | None = None
        self._times: LockStepTimes | None = None
        self._paused = self._waits = False
        self._head_is_due = False
        action = contract.action
        self._demonstrated = {c.topic for c in action.demonstrated} if action else set()
        self._missed: dict[str, bytes] = {}
        self.ledger = Ledger(contract)

    def add_extra_topic(self, topic: str, msgtype: str, qos: Qos) -> None:
        """Record a topic that the contract does not teach from, now that its type is known.

        Raises:
            AfilError: When the type is not installed.
        """
        self._has_header[topic] = has_header(msgtype)
        self._types[topic] = msgtype
        self._qos[topic] = qos
        self._latched.know(topic, qos)

    @property
    def is_open(self) -> bool:
        """Whether an episode is open."""
        return self._writer is not None

    @property
    def counts(self) -> dict[str, int]:
        """Messages of the open episode, by topic; empty when none is open."""
        return {} if self._writer is None else self.ledger.counts

    @property
    def frames(self) -> int:
        """Frames of the open episode that are complete: every observation topic has so many."""
        counts, times = self.counts, self._times
        return min(
            counts.get(s.topic, 0) + (times.held(s.topic) if times else 0)
            for s in self._settings.contract.observations
        )

    def start(self) -> str:
        """Open an episode.

        Returns:
            Its name.

        Raises:
            AfilError: When one is open, or the dataset cannot be written.
        """
        if self._writer is not None:
            raise AfilError(f"{self._writer.name} is being recorded; save or discard it first")
        settings = self._settings
        self._writer = EpisodeWriter(
            settings.dataset,
            settings.contract,
            self.instruction,
            operator=settings.operator,
            notes=self.notes,
            offered=self.offered,
            options=settings.bag,
        )
        self.ledger = self._writer.ledger
        self._times = LockStepTimes(settings.contract) if settings.world == "lock_step" else None
        self._paused = self._waits = False
        self._head_is_due = True
        self._missed.clear()
        return self._writer.name

    def pause(self) -> None:
        """Write nothing until :meth:`resume`."""
        self._paused = True

    def resume(self) -> None:
        """Write what arrives from here on, and once more what is latched: it may have changed.

        The last command of the pause is written, too: the next step starts where it led to.
        """
        self._paused = False
        self._head_is_due = True
        if self._writer is not None:
            self._writer.ledger.cut()

    def await_scene(self) -> None:
        """Write nothing until :meth:`scene_is_there`: the world still shows the last one."""
        self._waits = True

    def scene_is_there(self) -> None:
        """Write the new scene, unless there is a pause; no earlier command counts in it."""
        self._waits = False
        self._head_is_due = True
        self._missed.clear()
        if self._writer is not None:
            self._writer.ledger.cut()

    def receive(self, topic: str, cdr: bytes, now_ns: int, sent_ns: int = 0) -> None:
        """Write a message, if an episode is open and not paused.

        Args:
            topic: A topic of the contract.
            cdr: The serialized message.
            now_ns: The node's clock.
            sent_ns: When the middleware sent it; it counts in lock-step alone.

        Raises:
            AfilError: When the disk refuses it.
        """
        if self._writer is None or self._paused or self._waits:
            self._latched.add(topic, cdr)
            if topic in self._demonstrated:
                self._missed[topic] = cdr
            return
        if self._settings.world == "none":
            self._write(topic, cdr, now_ns)
        else:
            stamp_ns = peek_stamp(cdr) if self._has_header[topic] else None
            if self._times is None:
                self._write(topic, cdr, max(now_ns, stamp_ns or 0))
            else:
                for message in self._times.add(topic, cdr, stamp_ns, sent_ns):
                    self._write(*message)
        self._latched.add(topic, cdr)

    def task_is(self, instruction: str, task: str) -> None:
        """A simulated world says what the open episode is of.

        Args:
            instruction: In words; they count where nobody gave any.
            task: Its name; may be empty.

        Raises:
            AfilError: When the disk refuses it.
        """
        self.instruction = self.instruction or instruction
        if task:
            self.notes["task"] = task
        if self._writer is not None:
            self._writer.instruction = self.instruction
            self._writer.notes |= self.notes
            self._writer.redraft()

    def flush_due(self) -> None:
        """Write what has waited for half a second; called often.

        Raises:
            AfilError: When the disk refuses it.
        """
        if self._writer is not None:
            self._writer.flush_due()

    def save(self, *, success: bool, seed: int | None) -> Path:
        """Save the open episode.

        Args:
            success: Whether the task was solved.
            seed: Seed of the simulated scene; None for a real robot.

        Returns:
            Folder of the episode.

        Raises:
            AfilError: When there is no instruction, or a topic of the contract has no message;
                the episode stays open.
        """
        return self._end(success, seed, ())

    def set_aside(self, reasons: Sequence[str], *, success: bool, seed: int | None) -> Path:
        """Keep the open episode beside the dataset, where nobody trains on it.

        Args:
            reasons: Why, one sentence each.
            success: What the demonstrator said.
            seed: Seed of the simulated scene; None for a real robot.

        Returns:
            Folder of the episode; :func:`afil_core.episodes.keep_episode` takes it in after all.

        Raises:
            AfilError: When the disk refuses it; the episode stays open.
        """
        return self._end(success, seed, reasons)

    def discard(self) -> None:
        """Remove the open episode.

        Raises:
            AfilError: When none is open.
        """
        writer = self._open_writer()
        self._writer = None
        writer.discard()

    def leave(self) -> Path:
        """End the open episode without saving it; what was received stays readable.

        Returns:
            Folder of its bag, which is outside of the dataset's episodes.

        Raises:
            AfilError: When none is open.
        """
        writer = self._open_writer()
        self._writer = None
        return writer.leave()

    def _end(self, success: bool, seed: int | None, reasons: Sequence[str]) -> Path:
        writer = self._open_writer()
        for message in self._times.rest() if self._times else ():
            self._write(*message)
        writer.instruction, writer.seed = self.instruction, seed
        writer.notes |= self.notes
        path = writer.save(success, self._problems(), set_aside=reasons)
        self.costs = writer.costs
        self._writer = None
        return path

    def _open_writer(self) -> EpisodeWriter:
        if self._writer is None:
            raise AfilError("no episode is being recorded; start one first")
        return self._writer

    def _write(self, topic: str, cdr: bytes, log_time_ns: int) -> None:
        writer = self._open_writer()
        if self._head_is_due:
            self._head_is_due = False
            missed, self._missed = self._missed, {}
            for head_topic, head in [*self._latched.head(), *missed.items()]:
                self._write(head_topic, head, log_time_ns)
        if not writer.has_topic(topic):
            writer.add_topic(topic, self._types[topic], self._qos[topic])
        writer.write(topic, cdr, log_time_ns)
