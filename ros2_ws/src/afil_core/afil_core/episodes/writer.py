"""Writing an episode beside the dataset, and moving it in when it is whole."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from pathlib import Path

from afil_core import schema
from afil_core.bags import BagOptions, BagWriter, OfferedQos
from afil_core.clock import ClockFault, ClockGuard
from afil_core.contract import Contract, parse_contract
from afil_core.episodes.draft import DRAFT_FILE, Draft, write_draft
from afil_core.episodes.folders import (
    PARTIAL_FOLDER,
    SET_ASIDE_FOLDER,
    FolderLock,
    free_names,
)
from afil_core.episodes.image_packer import ImagePacker
from afil_core.episodes.ledger import Ledger, TopicEntry, require_all_topics
from afil_core.episodes.metadata import EPISODE_FILE, EpisodeMetadata, TopicSummary
from afil_core.errors import AfilError
from afil_core.messages import has_header, peek_stamp
from afil_core.storage import move_in, write_text
from afil_core.topics import Qos

CONTRACT_KEY = "afil_contract"
NO_WORDS = "not said"


class EpisodeWriter:
    """One episode being recorded; :meth:`save` or :meth:`discard` ends it.

    Until it is saved it lies in ``<dataset>/.partial/``: whatever happens, the dataset never
    holds half an episode, and an interrupted one is still there to be looked at.

    Args:
        dataset: Folder of the dataset; made when missing.
        contract: The robot's contract, which is embedded in the bag.
        instruction: The task in words.
        operator: Who demonstrates.
        seed: Seed of the simulated scene, if any.
        notes: Further texts for ``episode.yaml``.
        offered: What the publishers of each topic offer, which the bag keeps for its playback;
            the contract's quality of service where nobody offers anything.
        options: How the bag is written.
        packed: Whether the cameras that the contract packs come packed, from another recording.

    Raises:
        AfilError: When the dataset cannot be written, or a message type is not installed.

    Attributes:
        name: Name of the episode.
        ledger: What was written, by topic.
        instruction: The task in words; like the next two it may be set until it is saved.
        seed: Seed of the simulated scene, if any.
        notes: Further texts for ``episode.yaml``.
    """

    def __init__(
        self,
        dataset: Path,
        contract: Contract,
        instruction: str = "",
        *,
        operator: str = "unknown",
        seed: int | None = None,
        notes: Mapping[str, str] | None = None,
        offered: Mapping[str, Sequence[OfferedQos]] | None = None,
        options: BagOptions | None = None,
        packed: bool = False,
    ) -> None:
        self._packed = packed
        draft = Draft(
            contract=contract.to_yaml(),
            instruction=instruction,
            operator=operator,
            seed=seed,
            notes=dict(notes or {}),
        )
        try:
            (dataset / PARTIAL_FOLDER).mkdir(parents=True, exist_ok=True)
            bag = _new_bag(dataset, draft, options)
            self._begin(dataset, contract, draft, bag, offered or {})
            try:
                write_draft(bag.path, draft)
                for topic, (msgtype, qos) in contract.topics().items():
                    self.add_topic(topic, msgtype, qos)
            except BaseException:
                # Nothing is in it, and without a draft it would be in the way for ever.
                self.discard()
                raise
        except OSError as error:
            raise AfilError(
                f"dataset {dataset} cannot be written ({error.strerror}); choose another folder"
            ) from error

    @classmethod
    def interrupted(cls, folder: Path, draft: Draft) -> EpisodeWriter:
        """Go on with an episode whose recorder was killed.

        Args:
            folder: Where it lies, in a dataset's ``.partial``.
            draft: What is known of it.

        Raises:
            AfilError: When there is nothing of it, or its disk refuses it.
            BlockingIOError: When another recorder is writing it.
        """
        writer = cls.__new__(cls)
        writer._packed = True
        contract = parse_contract(draft.contract, str(folder))
        writer._begin(folder.parent.parent, contract, draft, None, {})
        lock = FolderLock(folder)
        bag = BagWriter.resumed(folder, {CONTRACT_KEY: draft.contract}, writer._noted)
        writer._bag, writer._lock, writer.name = bag, lock, folder.name
        for topic, msgtype in bag.types.items():
            writer._declare(writer.own_name(topic), msgtype)
        return writer

    def _begin(
        self,
        dataset: Path,
        contract: Contract,
        draft: Draft,
        bag: BagWriter | None,
        offered: Mapping[str, Sequence[OfferedQos]],
    ) -> None:
        self._dataset = dataset
        self._contract = contract
        self.instruction = draft.instruction
        self._operator = draft.operator
        self.seed = draft.seed
        self.notes = dict(draft.notes)
        self._offered = dict(offered)
        self._types: dict[str, str] = {}
        self._has_header: dict[str, bool] = {}
        self._guard = ClockGuard()
        self._clock_steps = 0
        self.ledger = Ledger(contract)
        self._packers = {
            raw.topic: ImagePacker(raw, kept)
            for raw, kept in zip(
                contract.observations, contract.as_recorded.observations, strict=True
            )
            if raw.topic != kept.topic
        }
        self._names = {topic: packer.topic for topic, packer in self._packers.items()}
        if bag is not None:
            self._bag = bag
            self.name = bag.path.name
            self._lock = FolderLock(bag.path)

    @property
    def problems(self) -> list[str]:
        """What is wrong with the times of the messages so far, one sentence each."""
        return self._guard.sentences()

    def add_topic(self, topic: str, msgtype: str, qos: Qos) -> None:
        """Declare a topic beside the contract's observations and commands.

        Raises:
            AfilError: When the type is not installed.
        """
        self._declare(topic, msgtype)
        offered = self._offered.get(topic, ())
        packer = self._packers.get(topic)
        if packer is None:
            self._bag.add_topic(topic, msgtype, qos, offered)
        else:
            encode = None if self._packed else packer
            self._bag.add_topic(packer.topic, packer.type, qos, offered, encode)

    @property
    def costs(self) -> list[str]:
        """What packing cameras costs, one sentence each."""
        return [packer.cost for packer in self._packers.values()]

    def has_topic(self, topic: str) -> bool:
        """Whether a topic was declared."""
        return topic in self._types

    def write(self, topic: str, cdr: bytes, log_time_ns: int) -> ClockFault | None:
        """Append a message of a declared topic, as it is.

        One that comes after the end, where a save failed in its last step, is no part of it.

        Returns:
            What is wrong with its time, or None; that is kept for ``episode.yaml``, too.

        Raises:
            AfilError: When the disk refuses it.
        """
        if self._bag.is_over:
            return None
        if not self._bag.write(self._names.get(topic, topic), cdr, log_time_ns):
            self.ledger[topic].dropped += 1
            return None
        return self._note(topic, cdr, log_time_ns)

    def flush_due(self) -> None:
        """Write what has waited for half a second; called often while messages come.

        Raises:
            AfilError: When the disk refuses it.
        """
        self._bag.flush_due()

    def save(
        self, success: bool | None, problems: Sequence[str] = (), *, set_aside: Sequence[str] = ()
    ) -> Path:
        """Finish the episode and move it into the dataset.

        Args:
            success: Whether the task was solved; None when nobody said.
            problems: What else was wrong, one sentence each.
            set_aside: Why it must not be trained on, one sentence each: it is kept in the
                dataset's ``set_aside`` instead, whatever it lacks.

        Returns:
            Folder of the episode.

        Raises:
            AfilError: When there is no instruction, or a topic of the contract has no message,
                and the episode can still be completed; or when the disk refuses it.
        """
        if not set_aside:
            require_all_topics(self._contract, self.ledger.counts, str(self._bag.path))
            if not self.instruction:
                raise AfilError(
                    f"{self._bag.path} is of a task without words; give "
                    f'instruction:="..." or task:='
                )
        self._bag.close()
        metadata = self._metadata(success, problems, set_aside)
        write_text(self._bag.path / EPISODE_FILE, metadata.to_yaml())
        (self._bag.path / DRAFT_FILE).unlink(missing_ok=True)
        target = self._dataset / (SET_ASIDE_FOLDER if set_aside else "") / self.name
        target.parent.mkdir(exist_ok=True)
        move_in(self._bag.path, target)
        self._lock.release()
        return target

    def redraft(self) -> None:
        """Keep what is known of the episode by now, for who recovers it should it be cut off.

        Raises:
            AfilError: When the disk refuses it.
        """
        place = self._bag.path / DRAFT_FILE
        draft = Draft(
            contract=self._contract.to_yaml(),
            instruction=self.instruction,
            operator=self._operator,
            seed=self.seed,
            notes=self.notes,
        )
        write_text(place, schema.to_yaml(draft))

    def leave(self) -> Path:
        """End the recording without saving it: what there is stays readable in ``.partial``.

        Returns:
            Folder of the bag, which is whole but no episode of the dataset.

        Raises:
            AfilError: When the disk refuses the bag's last bytes.
        """
        self._bag.close()
        self._lock.release()
        return self._bag.path

    def discard(self) -> None:
        """Drop the recording.

        Raises:
            OSError: When its folder cannot be removed, or somebody did it.
        """
        self._bag.abort()  # a full disk must not keep what is thrown away
        try:
            shutil.rmtree(self._bag.path)
        finally:
            self._lock.release()

    def _declare(self, topic: str, msgtype: str) -> None:
        self._has_header[topic] = has_header(msgtype)
        self._types[topic] = msgtype
        self.ledger.setdefault(topic, TopicEntry())

    def _note(self, topic: str, cdr: bytes, log_time_ns: int) -> ClockFault | None:
        stamp_ns = peek_stamp(cdr) if self._has_header[topic] else None
        fault = self._guard.check(
            topic, log_time_ns if stamp_ns is None else stamp_ns, log_time_ns
        )
        self._clock_steps += fault is not None and fault.is_step
        self.ledger.add(topic, log_time_ns, stamp_ns)
        return fault

    def _noted(self, topic: str, msgtype: str, head: bytes, log_time_ns: int) -> None:
        """Count a message that is in the bag already."""
        topic = self.own_name(topic)
        if topic not in self._types:
            self._declare(topic, msgtype)
        self._note(topic, head, log_time_ns)

    def own_name(self, recorded: str) -> str:
        """The name that the contract has for a topic of a bag."""
        own = {name: topic for topic, name in self._names.items()}
        return own.get(recorded, recorded)

    def _metadata(
        self, success: bool | None, problems: Sequence[str], set_aside: Sequence[str]
    ) -> EpisodeMetadata:
        return EpisodeMetadata(
            name=self.name,
            instruction=self.instruction or NO_WORDS,
            success=success,
            robot=self._contract.robot,
            contract_sha256=self._contract.sha256,
            operator=self._operator,
            recorded_at=datetime.now(timezone.utc).isoformat(timespec="seconds"),
            duration_s=self.ledger.duration_ns / 1e9,
            topics={
                self._names.get(topic, topic): TopicSummary(
                    type=self._packers[topic].type if topic in self._packers else msgtype,
                    count=self.ledger[topic].count,
                    max_gap_s=self.ledger.silence_ns(topic) / 1e9,
                )
                for topic, msgtype in self._types.items()
            },
            seed=self.seed,
            notes=self.notes,
            clock_steps=self._clock_steps,
            problems=(*self.problems, *problems),
            set_aside=tuple(set_aside),
            dropped=self.ledger.dropped,
        )


def _new_bag(dataset: Path, draft: Draft, options: BagOptions | None) -> BagWriter:
    """A bag under a name of its own, also where another recorder takes names."""
    texts = {CONTRACT_KEY: draft.contract}
    for name in free_names(dataset):
        folder = dataset / PARTIAL_FOLDER / name
        try:
            return BagWriter(folder, texts, options)
        except AfilError:
            if not folder.exists():
                raise
    raise AssertionError("names do not end")
