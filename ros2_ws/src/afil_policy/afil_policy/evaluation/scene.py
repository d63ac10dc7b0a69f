"""What the report shows of the demonstrations: outcomes, frames, saliency and attention."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from afil_core.episodes import Episode, list_episodes
from afil_core.saliency import Provenance

if TYPE_CHECKING:
    from afil_policy.deploy.runner import PolicyRunner

# Moments of an episode that are shown, as shares of its length.
_MOMENTS = (0.1, 0.5, 0.8)


@dataclass(frozen=True)
class Demonstrations:
    """Facts of a dataset.

    Attributes:
        episodes: Number of episodes.
        successes: Number of those marked successful.
        instruction: The task in words.
        operators: Who demonstrated.
        notes: Notes of the first episode, e.g. the variant of the task.
        saliency: How the saliency sidecar was made; None without one.
    """

    episodes: int
    successes: int
    instruction: str
    operators: tuple[str, ...]
    notes: Mapping[str, str]
    saliency: Provenance | None


@dataclass(frozen=True)
class Moment:
    """A frame of a demonstration, and the maps of that frame.

    Attributes:
        share: Where in the episode, from 0 to 1.
        image: uint8 [H, W, 3].
        saliency: float32 [H, W] in [0, 1]; None without a sidecar.
        attention: By label of the policy: float32 [h, w] in [0, 1].
    """

    share: float
    image: NDArray[np.uint8]
    saliency: NDArray[np.float32] | None
    attention: Mapping[str, NDArray[np.float32]]


def describe_demonstrations(dataset: Path) -> Demonstrations:
    """Read a dataset's facts.

    Raises:
        AfilError: When there is no dataset, or an episode is damaged.
    """
    episodes = list_episodes(dataset)
    facts = [e.metadata for e in episodes]
    return Demonstrations(
        episodes=len(episodes),
        successes=sum(m.success is True for m in facts),
        instruction=facts[0].instruction,
        operators=tuple(sorted({m.operator for m in facts})),
        notes=facts[0].notes,
        saliency=episodes[0].sidecar.provenance if episodes[0].sidecar.exists() else None,
    )


def show_moments(dataset: Path, policies: Mapping[str, PolicyRunner]) -> list[Moment]:
    """Frames of the first successful demonstration, with all maps.

    Args:
        dataset: Folder of the episodes.
        policies: Policies by label; their attention is computed on each frame.

    Raises:
        AfilError: When there is no dataset, or the episode is damaged.
    """
    episodes = list_episodes(dataset)
    episode = next((e for e in episodes if e.metadata.success), episodes[0])
    anchor = episode.contract.anchor
    count = sum(1 for _ in episode.steps())
    wanted = {round(share * max(count - 1, 0)): share for share in _MOMENTS}
    saliency = _saliency_by_stamp(episode, anchor)
    moments = []
    for number, step in enumerate(episode.steps()):
        if number not in wanted:
            continue
        attention = {k: p.attention([step.observations])[anchor] for k, p in policies.items()}
        image = np.asarray(step.observations[anchor], dtype=np.uint8)
        found = saliency.get(step.stamp_ns)
        moments.append(Moment(wanted[number], image, found, attention))
    return moments


def _saliency_by_stamp(episode: Episode, stream: str) -> dict[int, NDArray[np.float32]]:
    if not episode.saliency_path.is_dir():
        return {}
    maps = episode.saliency_maps(stream)
    return {stamp_ns: values.astype(np.float32) / np.float32(255) for stamp_ns, values in maps}
