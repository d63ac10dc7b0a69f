"""The loss log: ``losses.csv``, one row an epoch."""

from __future__ import annotations

import csv
import io
import math
from pathlib import Path

import torch
from torch import Tensor

from afil_core.errors import AfilError
from afil_core.storage import write_text
from afil_policy.methods import Losses

LOSSES = "losses.csv"


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


def write_losses(folder: Path, rows: list[dict[str, float]]) -> None:
    """Write the whole log anew, in one step."""
    if not rows:
        return
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({k: int(v) if k == "epoch" else f"{v:.6g}" for k, v in row.items()})
    write_text(folder / LOSSES, text.getvalue())


def read_losses(folder: Path) -> dict[str, list[float]]:
    """The log's columns by name.

    Raises:
        AfilError: When there is no log, or it is damaged.
    """
    path = folder / LOSSES
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        return {name: [float(row[name]) for row in rows] for name in (rows[0] if rows else {})}
    except (OSError, ValueError, TypeError) as error:
        raise AfilError(f"can't read the loss log {path} ({error}); train again") from error
