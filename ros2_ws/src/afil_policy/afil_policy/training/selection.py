"""Which epoch is the best, and when a run is over: functions of the loss log alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from afil_policy.training.config import TrainConfig

_MONITORED = ("validation_loss", "train_loss")


def best_epoch(rows: Sequence[Mapping[str, float]]) -> int:
    """The first epoch, from 1, with the least validation loss, or training loss without one."""
    name = next(name for name in _MONITORED if name in rows[0])
    values = [row[name] for row in rows]
    return values.index(min(values)) + 1


def is_over(rows: Sequence[Mapping[str, float]], config: TrainConfig) -> bool:
    """Whether all epochs are done, or patience has ended."""
    patience = config.training.patience_epochs
    if patience and rows and len(rows) - best_epoch(rows) >= patience:
        return True
    return len(rows) >= config.optimizer.epochs
