"""What a dataset holds already, so that recording goes on where it stopped."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from afil_core.contract import Contract, differences
from afil_core.episodes import Episode, list_episodes
from afil_core.episodes.folders import SET_ASIDE_FOLDER
from afil_core.episodes.metadata import EPISODE_FILE
from afil_core.episodes.writer import NO_WORDS
from afil_core.errors import AfilError


@dataclass(frozen=True)
class DatasetState:
    """What a dataset holds.

    Attributes:
        episodes: Number of episodes.
        successes: How many of them are successes.
        next_seed: Seed that follows the largest recorded one, or the first seed.
        instructions: The tasks in words, each once; empty without episodes.
    """

    episodes: int
    successes: int
    next_seed: int
    instructions: tuple[str, ...] = ()

    def require_instructions(self, *instructions: str) -> None:
        """Check that episodes of some tasks may be added.

        A dataset may have several tasks, and a session that shares one of them may add others:
        a mistyped task alone is refused.

        Args:
            instructions: The tasks in words; none where they are not known yet.

        Raises:
            AfilError: When the dataset has other tasks only.
        """
        if instructions and self.instructions and not {*instructions} & {*self.instructions}:
            there, wanted = "', '".join(self.instructions), "', '".join(instructions)
            raise AfilError(
                f"the dataset's episodes have the instruction '{there}', not "
                f"'{wanted}'; give another dataset, or both tasks "
                f'(instruction:="... | ...")'
            )


def dataset_state(
    dataset: Path,
    contract: Contract,
    *,
    instructions: tuple[str, ...],
    notes: dict[str, str],
    first_seed: int,
) -> DatasetState:
    """Look at a dataset before adding to it.

    Args:
        dataset: Folder of the dataset; may be absent.
        contract: Contract of the episodes to come.
        instructions: Of the episodes to come; none where they are not known yet.
        notes: Notes of the episodes to come; those that an episode has must agree.
        first_seed: Seed of the first episode of an empty dataset.

    Raises:
        AfilError: When the episodes there were recorded under another contract or variant, or
            the folder holds something else or cannot be written.
    """
    if not dataset.exists() or not any(dataset.iterdir() if dataset.is_dir() else ()):
        if dataset.is_file():
            raise AfilError(f"dataset {dataset} is a file; give a folder")
        _require_writable(dataset)
        return DatasetState(0, 0, first_seed)
    _require_writable(dataset)
    if not any(dataset.glob(f"*/{EPISODE_FILE}")):
        return _without_episodes(dataset, first_seed)
    episodes = list_episodes(dataset)
    tasks = {e.metadata.notes.get("task") for e in episodes}
    if notes.get("task") in tasks or len(instructions) > 1:
        notes = {key: value for key, value in notes.items() if key != "task"}
    for episode in episodes:
        _require_same(episode, contract, notes)
    seeds = [e.metadata.seed for e in episodes if e.metadata.seed is not None]
    words = [e.metadata.instruction for e in episodes]
    state = DatasetState(
        episodes=len(episodes),
        successes=sum(e.metadata.success is True for e in episodes),
        next_seed=max([first_seed - 1, *seeds]) + 1,
        instructions=tuple(dict.fromkeys(t for t in words if t != NO_WORDS)),
    )
    state.require_instructions(*instructions)
    return state


def _require_writable(dataset: Path) -> None:
    """Try it: permissions, a read-only disk and a full one are told by nothing else."""
    place = next(p for p in (dataset, *dataset.absolute().parents) if p.exists())
    try:
        with tempfile.TemporaryDirectory(dir=place, prefix=".afil_"):
            pass
    except OSError as error:
        raise AfilError(
            f"dataset {dataset} cannot be written ({error.strerror}); choose another folder"
        ) from error


def _without_episodes(dataset: Path, first_seed: int) -> DatasetState:
    strangers = [
        p.name
        for p in dataset.iterdir()
        if not p.name.startswith(".") and p.name != SET_ASIDE_FOLDER
    ]
    if strangers:
        raise AfilError(
            f"dataset {dataset} holds {strangers[0]}, which is no episode; give an empty folder "
            f"or a dataset"
        )
    return DatasetState(0, 0, first_seed)


def _require_same(episode: Episode, contract: Contract, notes: dict[str, str]) -> None:
    metadata = episode.metadata
    if metadata.contract_sha256 != contract.sha256:
        lines = differences(contract, episode.contract)
        what = lines[0] if lines else "its description"
        raise AfilError(
            f"{episode.path} was recorded under another contract ({what}); give another dataset"
        )
    for key, value in notes.items():
        if metadata.notes.get(key, value) != value:
            raise AfilError(
                f"{episode.path} has {key} '{metadata.notes[key]}', not '{value}'; "
                f"give another dataset"
            )
