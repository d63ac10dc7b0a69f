"""Writing an episode beside the dataset, and moving it in when it is whole."""

from __future__ import annotations

import contextlib
import re
import shutil
from collections.abc import Mapping
from datetime import datetime, timezone
from pathlib import Path

from afil_core.bags import BagWriter
from afil_core.clock import ClockGuard
from afil_core.contract import Contract
from afil_core.episodes.draft import DRAFT_FILE, Draft, write_draft
from afil_core.episodes.metadata import EPISODE_FILE, EpisodeMetadata, TopicSummary
from afil_core.errors import AfilError
from afil_core.messages import has_header, peek_stamp
from afil_core.storage import move_in

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

    Raises:
        AfilError: When the dataset cannot be written.
    """

    def __init__(
        self,
        dataset: Path,
        contract: Contract,
        instruction: str,
        *,
        operator: str = "unknown",
        seed: int | None = None,
        notes: Mapping[str, str] | None = None,
    ) -> None:
        self._dataset = dataset
        self._contract = contract
        self._instruction = instruction
        self._operator = operator
        self._seed = seed
        self._notes = dict(notes or {})
        self._types = {topic: msgtype for topic, (msgtype, _) in contract.topics().items()}
        self._counts = dict.fromkeys(self._types, 0)
        self._last_ns: dict[str, int] = {}
        self._gaps_ns = dict.fromkeys(self._types, 0)
        self._first_ns: int | None = None
        self._end_ns = 0
        self._guard = ClockGuard()
        self._has_header = {t: has_header(kind) for t, kind in self._types.items()}
        self._clock_steps = 0
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
                notes=self._notes,
            ),
        )
        for topic, (msgtype, qos) in contract.topics().items():
            self._bag.add_topic(topic, msgtype, qos)

    @property
    def problems(self) -> list[str]:
        """What is wrong with the messages so far, one sentence each."""
        return self._guard.sentences()

    @property
    def counts(self) -> dict[str, int]:
        """Messages written so far, by topic."""
        return dict(self._counts)

    def write(self, topic: str, cdr: bytes, log_time_ns: int) -> None:
        """Append a message of one of the contract's topics, as it is."""
        stamp_ns = peek_stamp(cdr) if self._has_header[topic] else log_time_ns
        fault = self._guard.check(
            topic, log_time_ns if stamp_ns is None else stamp_ns, log_time_ns
        )
        self._clock_steps += fault is not None and fault.is_step
        self._bag.write(topic, cdr, log_time_ns)
        self._counts[topic] += 1
        last = self._last_ns.get(topic)
        if last is not None:
            self._gaps_ns[topic] = max(self._gaps_ns[topic], log_time_ns - last)
        self._last_ns[topic] = log_time_ns
        self._first_ns = log_time_ns if self._first_ns is None else self._first_ns
        self._end_ns = max(self._end_ns, log_time_ns)

    def save(self, success: bool | None, *, seed: int | None = None) -> Path:
        """Finish the episode and move it into the dataset.

        Args:
            success: Whether the task was solved; None when nobody said.
            seed: Seed of the scene, where it was not known at the start.

        Returns:
            Folder of the episode.

        Raises:
            AfilError: When nothing was recorded, or a topic of the contract has no message;
                the recording stays in ``.partial``.
        """
        self._bag.close()
        silent = [t for t in self._contract.required_topics() if not self._counts[t]]
        if silent:
            raise AfilError(
                f"{self._bag.path} was not saved: no message on {', '.join(silent)}; check that "
                f"the driver runs and that its topic is the contract's"
            )
        metadata = EpisodeMetadata(
            name=self.name,
            instruction=self._instruction,
            success=success,
            robot=self._contract.robot,
            contract_sha256=self._contract.sha256,
            operator=self._operator,
            recorded_at=datetime.now(timezone.utc).isoformat(timespec="seconds"),
            duration_s=(self._end_ns - (self._first_ns or 0)) / 1e9,
            topics={
                t: TopicSummary(
                    type=self._types[t], count=self._counts[t], max_gap_s=self._gaps_ns[t] / 1e9
                )
                for t in self._types
            },
            seed=self._seed if seed is None else seed,
            notes=self._notes,
            clock_steps=self._clock_steps,
            problems=tuple(self._guard.sentences()),
        )
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
