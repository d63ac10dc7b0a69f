"""AdamW and its learning rate as the configuration says."""

from __future__ import annotations

import math
from collections.abc import Callable

from torch import nn
from torch.optim import AdamW
from torch.optim.lr_scheduler import LambdaLR

from afil_policy.training.config import OptimizerConfig

# Share of the peak after a share of the run, and after a number of epochs.
_SCHEDULES: dict[str, Callable[[OptimizerConfig, float, int], float]] = {
    "cosine": lambda config, share, epochs: 0.5 * (1 + math.cos(math.pi * share)),
    "step": lambda config, share, epochs: 0.5 ** (epochs // config.step_epochs),
    "constant": lambda config, share, epochs: 1.0,
}


def new_optimizer(
    network: nn.Module, config: OptimizerConfig, steps_per_epoch: int
) -> tuple[AdamW, LambdaLR]:
    """An optimizer of all weights, and the schedule to step after each of its steps.

    The rate is a function of the number of the step alone: ``cosine`` is half a cosine from the
    peak to zero over the whole run, ``step`` half every ``step_epochs`` epochs, ``constant`` the
    peak; all times a linear warm-up.
    """
    weights = list(network.parameters())
    optimizer = AdamW(
        weights,
        lr=config.learning_rate,
        weight_decay=config.weight_decay,
        # All weights in one kernel; elsewhere torch's choice.
        fused=True if all(w.is_cuda for w in weights) else None,
    )
    total = config.epochs * steps_per_epoch
    factor = _SCHEDULES[config.schedule]

    def share_of_peak(step: int) -> float:
        warmup = min(1.0, (step + 1) / config.warmup_steps) if config.warmup_steps else 1.0
        return factor(config, step / total, step // steps_per_epoch) * warmup

    return optimizer, LambdaLR(optimizer, share_of_peak)
