"""What the demonstrator of an episode did at each moment, in words."""

from __future__ import annotations

from bisect import bisect_right
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from afil_core.episodes import Episode

# As long as the authors of AutoFocus-IL look back.
_WINDOW_NS = 600_000_000


class Expert:
    """Reads the demonstrated actions when it is first asked.

    Args:
        episode: The episode.
    """

    def __init__(self, episode: Episode) -> None:
        self._episode = episode

    def doing(self, stamp_ns: int) -> str:
        """What was done at a stamp; empty where the recording does not tell.

        Raises:
            AfilError: When the bag is damaged.
        """
        action = self._episode.contract.action
        if action is None:
            return ""
        stamps, actions = self._actions
        end = bisect_right(stamps, stamp_ns)
        start = bisect_right(stamps, stamp_ns - _WINDOW_NS)
        return action.doing(np.stack(actions[start:end])) if start < end else ""

    @cached_property
    def _actions(self) -> tuple[list[int], list[NDArray[np.float64]]]:
        # No stream is looked at but those that the action needs.
        reader = self._episode.steps(())
        steps = sorted(((s.stamp_ns, s.action) for s in reader), key=lambda step: step[0])
        return [stamp for stamp, _ in steps], [action for _, action in steps]
