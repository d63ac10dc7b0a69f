"""Means of the losses over the steps of an epoch."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from afil_core.errors import AfilError
from afil_policy.methods.base import Losses


class Meter:
    """Means of the losses over steps; they stay on the device until they are asked for.

    Args:
        sums: Sums by name that an earlier run came to.
        weight: Weight of the steps that went into them.
    """

    def __init__(self, sums: dict[str, float] | None = None, weight: float = 0.0) -> None:
        self._sums = dict(sums or {})
        self._weight = weight
        self._pending: list[tuple[dict[str, Tensor], float]] = []

    def add(self, losses: Losses, weight: float = 1.0) -> None:
        """Count the losses of a step; ``loss`` is the name of the total."""
        values = {"loss": losses.total, **losses.terms}
        self._pending.append(({k: v.detach().float() for k, v in values.items()}, weight))

    def sums(self) -> dict[str, float]:
        """Weighted sums by name.

        Raises:
            AfilError: When a loss is not finite.
        """
        if self._pending:
            names = list(self._pending[0][0])
            rows = torch.stack([values[name] for values, _ in self._pending for name in names])
            for row, (_, weight) in zip(
                rows.view(-1, len(names)).tolist(), self._pending, strict=True
            ):
                self._add(dict(zip(names, row, strict=True)), weight)
            self._pending = []
        return dict(self._sums)

    def means(self) -> dict[str, float]:
        """Means by name over the steps so far."""
        return {name: value / self._weight for name, value in self.sums().items()}

    def _add(self, values: dict[str, float], weight: float) -> None:
        if not all(math.isfinite(value) for value in values.values()):
            raise AfilError(
                "the loss is not finite any more; lower optimizer.learning_rate, or set "
                "optimizer.gradient_clip"
            )
        for name, value in values.items():
            self._sums[name] = self._sums.get(name, 0.0) + value * weight
        self._weight += weight
