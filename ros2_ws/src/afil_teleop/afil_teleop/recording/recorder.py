"""Episodes from raw messages: what arrives is written at once, unchanged, with its log time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from afil_core import messages
from afil_core.contract import Contract
from afil_core.episodes import EpisodeWriter
from afil_core.errors import AfilError
from afil_teleop.recording.gaps import GapCounter


@dataclass(frozen=True)
class RecordingSettings:
    """What all episodes of a session have in common.

    Attributes:
        dataset: Folder that the episodes go to.
        contract: The robot's contract.
        instruction: The task in words.
        operator: Who demonstrates.
        lock_step: Whether the topics come from a lock-step world. There simulated time stands
            still until a frame is answered, so that a message's stamp is its log time: reading
            the clock instead would depend on which process got the processor first.
        notes: Further texts for ``episode.yaml``.
    """

    dataset: Path
    contract: Contract
    instruction: str
    operator: str
    lock_step: bool
    notes: Mapping[str, str]


class EpisodeRecorder:
    """Writes the messages of the contract's topics while an episode is open.

    Args:
        settings: What all episodes of the session have in common.

    Raises:
        AfilError: When a message type of the contract is not installed.
    """

    def __init__(self, settings: RecordingSettings) -> None:
        self._settings = settings
        self._types = {t: kind for t, (kind, _) in settings.contract.topics().items()}
        self._has_header = {t: _has_header(kind) for t, kind in self._types.items()}
        action = settings.contract.action
        self._commands = {c.topic for c in action.demonstrated} if action else set()
        self._writer: EpisodeWriter | None = None
        self._paused = False
        self._gaps: dict[str, GapCounter] = {}
        self._held: list[tuple[str, bytes]] = []
        self._answers: list[tuple[int, list[tuple[str, bytes]]]] = []
        self._first_ns: int | None = None
        self._newest_ns = 0

    @property
    def counts(self) -> dict[str, int]:
        """Messages of the open episode, by topic; empty when none is open."""
        if self._writer is None:
            return {}
        return self._writer.counts

    @property
    def frames(self) -> int:
        """Frames of the open episode that are complete: every observation topic has so many."""
        return min(self.counts.get(s.topic, 0) for s in self._settings.contract.observations)

    @property
    def gaps(self) -> dict[str, GapCounter]:
        """Gaps between header stamps of the open or the last episode, by observation topic."""
        return self._gaps

    def begin(self) -> str:
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
            settings.instruction,
            operator=settings.operator,
            notes=settings.notes,
        )
        self._gaps = {s.topic: GapCounter(s.rate_hz) for s in settings.contract.observations}
        self._paused = False
        self._held = []
        self._answers = []
        self._first_ns = None
        self._newest_ns = 0
        return self._writer.name

    def pause(self) -> None:
        """Write nothing until :meth:`resume`, e.g. while the world still shows the last scene."""
        self._paused = True

    def resume(self) -> None:
        """Write what arrives from here on."""
        self._paused = False

    def receive(self, topic: str, cdr: bytes, now_ns: int) -> None:
        """Write a message, if an episode is open and not paused.

        Args:
            topic: A topic of the contract.
            cdr: The serialized message.
            now_ns: The node's clock.

        Raises:
            AfilError: When the bytes are not a message of the topic's type.
        """
        if self._writer is None or self._paused:
            return
        stamp_ns = self._stamp(topic, cdr)
        if stamp_ns is not None and topic in self._gaps:
            self._gaps[topic].add(stamp_ns)
        if not self._settings.lock_step:
            self._writer.write(topic, cdr, now_ns)
            return
        if topic in self._commands:
            self._hold(topic, cdr, stamp_ns)
        else:
            self._newest_ns = max(self._newest_ns, stamp_ns or 0)
            if self._first_ns is None:
                self._first_ns = stamp_ns
            self._writer.write(topic, cdr, self._newest_ns if stamp_ns is None else stamp_ns)
        self._write_answers()

    def finish(self, *, success: bool, seed: int | None) -> Path:
        """Save the open episode.

        Args:
            success: Whether the task was solved.
            seed: Seed of the simulated scene; None for a real robot.

        Returns:
            Folder of the episode.

        Raises:
            AfilError: When a topic of the contract has no message; the episode stays open.
        """
        writer = self._open_writer()
        silent = [topic for topic, count in self.counts.items() if count == 0]
        if silent:
            raise AfilError(
                f"no message came on {', '.join(silent)}, which the contract "
                f"'{self._settings.contract.robot}' requires; check its publisher, then record "
                f"the episode again"
            )
        for topic, cdr in self._held:
            writer.write(topic, cdr, self._newest_ns)
        self._held = []
        path = writer.save(success, seed=seed)
        self._writer = None
        return path

    def abandon(self) -> None:
        """Remove the open episode.

        Raises:
            AfilError: When none is open.
        """
        writer = self._open_writer()
        self._writer = None
        self._held = []
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

    def _open_writer(self) -> EpisodeWriter:
        if self._writer is None:
            raise AfilError("no episode is being recorded; start one first")
        return self._writer

    def _hold(self, topic: str, cdr: bytes, stamp_ns: int | None) -> None:
        # A command without a header belongs to the stamped one that its publisher sends next.
        self._held.append((topic, cdr))
        if stamp_ns is not None:
            self._answers.append((stamp_ns, self._held))
            self._held = []

    def _write_answers(self) -> None:
        """Write the commands that answer this episode's frames; drop those to earlier ones."""
        if self._first_ns is None:
            return
        for stamp_ns, commands in self._answers:
            if stamp_ns >= self._first_ns:
                for topic, cdr in commands:
                    self._open_writer().write(topic, cdr, stamp_ns)
        self._answers = []

    def _stamp(self, topic: str, cdr: bytes) -> int | None:
        if not self._has_header[topic]:
            return None
        message = messages.deserialize(cdr, self._types[topic])
        return messages.stamp_to_ns(message.header.stamp)


def _has_header(msgtype: str) -> bool:
    return hasattr(messages.new(msgtype), "header")
