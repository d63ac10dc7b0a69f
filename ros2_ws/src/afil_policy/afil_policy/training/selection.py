"""Which epoch is the best, and when a run is over: functions of the loss log alone."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from afil_core.errors import AfilError
from afil_policy.training.config import TrainConfig

_MONITORED = ("validation_loss", "train_loss")


def best_epoch(rows: Sequence[Mapping[str, float]], begin: int = 0) -> int:
    """The first epoch, from 1, with the least validation loss, or training loss without one.

    Args:
        rows: The loss log.
        begin: Epochs that do not count, since they taught no actions or not only these; while
            there are no others, the last one is the best.
    """
    counted = rows[begin:]
    if not counted:
        return len(rows)
    name = next(name for name in _MONITORED if name in counted[0])
    values = [row[name] for row in counted]
    return begin + values.index(min(values)) + 1


def is_over(rows: Sequence[Mapping[str, float]], config: TrainConfig, begin: int = 0) -> bool:
    """Whether all epochs are done, or patience has ended; ``begin`` as in :func:`best_epoch`."""
    patience = config.training.patience_epochs
    if patience and rows and len(rows) - best_epoch(rows, begin) >= patience:
        return True
    return len(rows) >= config.optimizer.epochs


def pretraining_epochs(config: TrainConfig, steps: int) -> int:
    """The first epochs of a run that teach no actions, or not in all of their steps.

    Args:
        config: The configuration.
        steps: Steps of an epoch.

    Raises:
        AfilError: When no step would be left for the actions.
    """
    pretraining: int = config.method.kind.pretraining(config.method.config)
    total = config.optimizer.epochs * steps
    if pretraining >= total:
        raise AfilError(
            f"method '{config.method.name}' spends its first {pretraining} steps on images alone, "
            f"and this run has {total}: it would learn no action; lower its pretrain_steps, or "
            "raise optimizer.epochs"
        )
    return math.ceil(pretraining / steps)
