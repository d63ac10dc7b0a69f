"""Which episodes of which datasets are learned from, and how often."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from afil_core.contract import Contract, differences
from afil_core.episodes import Episode, list_episodes
from afil_core.errors import AfilError
from afil_policy.data.config import DataConfig


@dataclass(frozen=True)
class Selected:
    """An episode that is learned from.

    Attributes:
        episode: The episode.
        weight: How often each of its steps comes in an epoch.
    """

    episode: Episode
    weight: float = 1.0


def select(
    datasets: Path | Mapping[Path, float], config: DataConfig
) -> tuple[list[Selected], list[str]]:
    """The episodes of some datasets that are learned from, and sentences about the others.

    Args:
        datasets: A folder of episodes; or several, each with its weight.
        config: Which episodes.

    Raises:
        AfilError: When a dataset has none, or the episodes have different contracts.
    """
    weights = {datasets: 1.0} if isinstance(datasets, Path) else datasets
    selected: list[Selected] = []
    said: list[str] = []
    for dataset, weight in weights.items():
        chosen, left_out = chosen_episodes(dataset, config)
        selected += [Selected(episode, weight) for episode in chosen]
        said += left_out
    shared_contract([s.episode for s in selected])
    return selected, said


def chosen_episodes(dataset: Path, config: DataConfig) -> tuple[list[Episode], list[str]]:
    """The episodes of a dataset that are learned from, and sentences about the others.

    Raises:
        AfilError: When there is none.
    """
    episodes = list_episodes(dataset)
    failed = [e for e in episodes if config.successful_only and not e.metadata.success]
    kept = [e for e in episodes if e not in failed]
    if not kept:
        raise AfilError(
            f"none of the {len(episodes)} episodes in {dataset} is marked successful; set "
            "data.successful_only to false to learn from all of them"
        )
    said = []
    if failed:
        named = ", ".join(e.path.name for e in failed[:3]) + (", ..." if len(failed) > 3 else "")
        said.append(f"{dataset}: {len(failed)} of {len(episodes)} failed, left out: {named}")
    flagged = [e for e in kept if e.metadata.problems or e.metadata.clock_steps]
    does = "left out" if config.flagged == "leave_out" else "used"
    for episode in flagged:
        reasons = episode.metadata.problems or ("a clock was set while it was recorded",)
        said.append(f"{episode.path} is flagged, {does} (data.flagged): {'; '.join(reasons)}")
    if config.flagged == "leave_out":
        kept = [e for e in kept if e not in flagged]
        if not kept:
            raise AfilError(
                f"all episodes in {dataset} that could be learned from are flagged; set "
                "data.flagged to use to learn from them all the same"
            )
    return kept, said


def shared_contract(episodes: Sequence[Episode]) -> Contract:
    """The contract of all of some episodes.

    Raises:
        AfilError: When they have different ones.
    """
    contract = episodes[0].contract
    for episode in episodes[1:]:
        lines = differences(contract, episode.contract)
        if lines:
            raise AfilError(
                f"{episodes[0].path} and {episode.path} were recorded with different contracts "
                f"({'; '.join(lines)}); train on one of them at a time"
            )
    return contract
