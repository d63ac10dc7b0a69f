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
