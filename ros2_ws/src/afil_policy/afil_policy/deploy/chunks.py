"""Action chunks: what one inference decided on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Chunk:
    """The actions of a tick and of those after it, as one inference decided on them.

    Attributes:
        number: Counts the inferences, in the order in which they began.
        stamp_ns: Stamp of the tick that was looked at.
        actions: float64 [H, D] in the contract's units, one per control period, not yet limited.
    """

    number: int
    stamp_ns: int
    actions: NDArray[np.float64]

    def index(self, stamp_ns: int, period_ns: int) -> int:
        """Which action is that of the control period around a stamp; it may lie outside."""
        return round((stamp_ns - self.stamp_ns) / period_ns)
