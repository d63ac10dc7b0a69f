"""Writing an episode beside the dataset, and moving it in when it is whole."""

from __future__ import annotations

import contextlib
import re
import shutil
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from pathlib import Path

from afil_core.bags import BagWriter, OfferedQos
from afil_core.clock import ClockFault, ClockGuard
from afil_core.contract import Contract
from afil_core.episodes.draft import DRAFT_FILE, Draft, write_draft
from afil_core.episodes.ledger import Ledger, TopicEntry, require_all_topics
from afil_core.episodes.metadata import EPISODE_FILE, EpisodeMetadata, TopicSummary
from afil_core.errors import AfilError
from afil_core.messages import has_header, peek_stamp
from afil_core.storage import move_in
from afil_core.topics import Qos

CONTRACT_KEY = "afil_contract"
# A hidden folder on the same file system, so that the move is one atomic rename.
PARTIAL_FOLDER = ".partial"
_NAME = re.compile(r"^episode_(\d{6})$")


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
    ) -> None:
        self._dataset = dataset
        self._contract = contract
        self.instruction = instruction
        self._operator = operator
        self.seed = seed
        self.notes = dict(notes or {})
        self._offered = dict(offered or {})
        self._types: dict[str, str] = {}
        self._has_header: dict[str, bool] = {}
        self._guard = ClockGuard()
        self._clock_steps = 0
        self.ledger = Ledger(contract)
        try:
            (dataset / PARTIAL_FOLDER).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise AfilError(
                f"dataset {dataset} cannot be written ({error.strerror}); choose another folder"
            ) from error
        self.name = _next_name(dataset)
        self._bag = BagWriter(
            dataset / PARTIAL_FOLDER / self.name, {CONTRACT_KEY: contract.to_yaml()}
        )
        write_draft(
            self._bag.path,
            Draft(
                contract=contract.to_yaml(),
                instruction=instruction,
                operator=operator,
                seed=seed,
                notes=self.notes,
            ),
        )
        for topic, (msgtype, qos) in contract.topics().items():
            self.add_topic(topic, msgtype, qos)

    @property
    def problems(self) -> list[str]:
        """What is wrong with the times of the messages so far, one sentence each."""
        return self._guard.sentences()

    def add_topic(self, topic: str, msgtype: str, qos: Qos) -> None:
        """Declare a topic beside the contract's observations and commands.

        Raises:
            AfilError: When the type is not installed.
        """
        self._has_header[topic] = has_header(msgtype)
        self._types[topic] = msgtype
        self.ledger.setdefault(topic, TopicEntry())
        self._bag.add_topic(topic, msgtype, qos, self._offered.get(topic, ()))

    def has_topic(self, topic: str) -> bool:
        """Whether a topic was declared."""
        return topic in self._types

    def write(self, topic: str, cdr: bytes, log_time_ns: int) -> ClockFault | None:
        """Append a message of a declared topic, as it is.

        Returns:
            What is wrong with its time, or None; that is kept for ``episode.yaml``, too.

        Raises:
            AfilError: When the disk refuses it.
        """
        stamp_ns = peek_stamp(cdr) if self._has_header[topic] else None
        fault = self._guard.check(
            topic, log_time_ns if stamp_ns is None else stamp_ns, log_time_ns
        )
        self._clock_steps += fault is not None and fault.is_step
        self._bag.write(topic, cdr, log_time_ns)
        self.ledger.add(topic, log_time_ns, stamp_ns)
        return fault

    def save(self, success: bool | None, problems: Sequence[str] = ()) -> Path:
        """Finish the episode and move it into the dataset.

        Args:
            success: Whether the task was solved; None when nobody said.
            problems: What else was wrong, one sentence each.

        Returns:
            Folder of the episode.

        Raises:
            AfilError: When there is no instruction, or a topic of the contract has no message,
                and the episode can still be completed; or when the disk refuses it.
        """
        require_all_topics(self._contract, self.ledger.counts, str(self._bag.path))
        if not self.instruction:
            raise AfilError(
                f'{self._bag.path} is of a task without words; give instruction:="..." or task:='
            )
        metadata = EpisodeMetadata(
            name=self.name,
            instruction=self.instruction,
            success=success,
            robot=self._contract.robot,
            contract_sha256=self._contract.sha256,
            operator=self._operator,
            recorded_at=datetime.now(timezone.utc).isoformat(timespec="seconds"),
            duration_s=self.ledger.duration_ns / 1e9,
            topics={
                topic: TopicSummary(
                    type=msgtype,
                    count=self.ledger[topic].count,
                    max_gap_s=self.ledger.silence_ns(topic) / 1e9,
                )
                for topic, msgtype in self._types.items()
            },
            seed=self.seed,
            notes=self.notes,
            clock_steps=self._clock_steps,
            problems=(*self.problems, *problems),
        )
        self._bag.close()
        (self._bag.path / EPISODE_FILE).write_text(metadata.to_yaml(), encoding="utf-8")
        (self._bag.path / DRAFT_FILE).unlink()
        target = self._dataset / self.name
        move_in(self._bag.path, target)
        return target

    def leave(self) -> Path:
        """End the recording without saving it: what there is stays readable in ``.partial``.

        Returns:
            Folder of the bag, which is whole but no episode of the dataset.

        Raises:
            AfilError: When the disk refuses the bag's last bytes.
        """
        self._bag.close()
        return self._bag.path

    def discard(self) -> None:
        """Drop the recording."""
        with contextlib.suppress(AfilError):  # a full disk must not keep what is thrown away
            self._bag.close()
        shutil.rmtree(self._bag.path)


def _next_name(dataset: Path) -> str:
    taken = [*dataset.iterdir(), *(dataset / PARTIAL_FOLDER).iterdir()]
    numbers = [int(m.group(1)) for p in taken if (m := _NAME.match(p.name))]
    return f"episode_{max(numbers, default=-1) + 1:06d}"
