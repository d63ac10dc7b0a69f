from __future__ import annotations

import pytest
from torch import nn

from afil_policy.training.config import OptimizerConfig
from afil_policy.training.optimizer import new_optimizer


def rates(schedule: str, **options: object) -> list[float]:
    """Learning rate of each of 80 steps, 10 an epoch."""
    config = OptimizerConfig(epochs=8, learning_rate=1.0, schedule=schedule, **options)
    optimizer, steps = new_optimizer(nn.Linear(1, 1), config, 10)
    found = []
    for _ in range(80):
        found.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        steps.step()
    return found


@pytest.mark.parametrize(
    ("schedule", "half_time", "end"),
    [("cosine", 0.5, 0.0), ("step", 0.25, 0.125), ("constant", 1.0, 1.0)],
)
def test_schedules_warm_up_and_come_down(schedule: str, half_time: float, end: float) -> None:
    found = rates(schedule, step_epochs=2, warmup_steps=4)
    assert found[40] == pytest.approx(half_time)
    assert found[-1] == pytest.approx(end, abs=1e-3)
    assert found[0] == pytest.approx(0.25)
    assert found[1] == pytest.approx(0.5, rel=1e-2)


def test_without_warm_up_the_first_step_has_the_peak() -> None:
    assert rates("constant", warmup_steps=0) == [1.0] * 80
