"""Learning rate as a function of the step, without state."""

from __future__ import annotations

import math

from afil_policy.config import OptimisationConfig


def learning_rate(config: OptimisationConfig, step: int, steps_per_epoch: int) -> float:
    """Learning rate of a step.

    Args:
        config: Schedule, peak and warm-up.
        step: Steps taken before this one.
        steps_per_epoch: Steps of an epoch.

    Returns:
        ``cosine``: half a cosine from the peak to zero over the whole run; ``step``: half
        every ``step_epochs`` epochs; ``constant``: the peak. All times the linear warm-up.
    """
    total = config.epochs * steps_per_epoch
    factor = 1.0
    if config.schedule == "cosine":
        factor = 0.5 * (1 + math.cos(math.pi * step / total))
    elif config.schedule == "step":
        factor = 0.5 ** (step // (config.step_epochs * steps_per_epoch))
    warmup = min(1.0, (step + 1) / config.warmup_steps) if config.warmup_steps else 1.0
    return config.learning_rate * factor * warmup
