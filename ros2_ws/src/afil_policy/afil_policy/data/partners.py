"""Steps of other episodes; knows no torch."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def other_episodes(
    episodes: NDArray[np.int32],
    steps: NDArray[np.int64],
    donors: NDArray[np.int64],
    drawn: np.random.Generator,
) -> NDArray[np.int64]:
    """For each step a step of another episode, or of the same one where there is no other.

    Args:
        episodes: int32 [N], number of the episode of each step, in order.
        steps: [B].
        donors: Steps to draw from, in order; at least one.
        drawn: Where the numbers come from.

    Returns:
        int64 [B].
    """
    of_donors = episodes[donors]
    begins = np.searchsorted(of_donors, episodes[steps])
    own = np.searchsorted(of_donors, episodes[steps], side="right") - begins
    others = len(donors) - own
    # A number among the others, moved over the own episode where it lies behind.
    chosen = (drawn.random(len(steps)) * np.where(others > 0, others, own)).astype(np.int64)
    return donors[np.where((others > 0) & (chosen >= begins), chosen + own, chosen)]


def alike(
    episodes: NDArray[np.int32],
    steps: NDArray[np.int64],
    donors: NDArray[np.int64],
    drawn: np.random.Generator,
    states: NDArray[np.float32],
    candidates: int = 64,
) -> NDArray[np.int64]:
    """For each step a step of another episode in which the robot's state was much the same.

    What is pasted from any step shows the robot where the sample's proprioception says that it is
    not: so large a thing, which nothing foretells, hides a small key object from a fresh encoder.
    Of the same state another scene is still another scene.

    Args:
        episodes: int32 [N], number of the episode of each step, in order.
        steps: [B].
        donors: Steps to draw from, in order; at least one.
        drawn: Where the numbers come from.
        states: float32 [N, P], the state in each step, normalized; where P is 0 all are alike.
        candidates: How many are drawn for each step; the one with the nearest state is taken.

    Returns:
        int64 [B].
    """
    found = other_episodes(episodes, np.tile(steps, candidates), donors, drawn)
    found = found.reshape(candidates, len(steps))
    distance = np.square(states[found] - states[steps]).sum(axis=2)
    nearest: NDArray[np.int64] = found[distance.argmin(axis=0), np.arange(len(steps))]
    return nearest
