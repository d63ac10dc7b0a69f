"""What several processes that train together must agree on; one alone agrees at once."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from accelerate import Accelerator

# Asking the others waits for the slowest, so it is not done in every step.
_EVERY_STEPS = 16


class Agreement:
    """Questions to all processes.

    Args:
        accelerator: What knows the others.
    """

    def __init__(self, accelerator: Accelerator) -> None:
        self._accelerator = accelerator

    def any(self, step: int, *wishes: bool) -> list[bool]:
        """Whether one of them wants something; the same answer for all, at the same step.

        Args:
            step: Number of the step; with others, most steps nobody is asked and nothing is
                wanted.
            wishes: What this process wants.
        """
        if self._accelerator.num_processes == 1:
            return list(wishes)
        if step % _EVERY_STEPS:
            return [False] * len(wishes)
        mine = torch.tensor(wishes, dtype=torch.float32, device=self._accelerator.device)
        return [bool(v > 0) for v in self._accelerator.reduce(mine, "sum").tolist()]

    def mean(self, values: Mapping[str, float]) -> dict[str, float]:
        """The means over all processes."""
        if self._accelerator.num_processes == 1 or not values:
            return dict(values)
        numbers = list(values.values())
        mine = torch.tensor(numbers, dtype=torch.float64, device=self._accelerator.device)
        found = self._accelerator.reduce(mine, "mean").tolist()
        return dict(zip(values, found, strict=True))
