from __future__ import annotations

import pytest

from afil_core import schema
from afil_policy.training.config import TrainConfig
from afil_policy.training.selection import best_epoch, is_over


def rows(*losses: float, name: str = "validation_loss") -> list[dict[str, float]]:
    return [{"train_loss": 1.0, name: loss} for loss in losses]


def test_the_best_epoch_is_the_first_with_the_least_loss() -> None:
    assert best_epoch(rows(3.0, 1.0, 2.0, 1.0)) == 2
    assert best_epoch([{"train_loss": 2.0}, {"train_loss": 1.0}]) == 2


@pytest.mark.parametrize(
    ("losses", "over"),
    [((3.0, 2.0), False), ((1.0, 2.0), False), ((1.0, 2.0, 3.0), True), ((3.0,) * 10, True)],
)
def test_patience_ends_a_run_that_has_no_new_best(losses: tuple[float, ...], over: bool) -> None:
    text = "{optimizer: {epochs: 10}, training: {patience_epochs: 2}}"
    config = schema.parse(TrainConfig, text, "x.yaml")
    assert is_over(rows(*losses), config) == over
    plain = schema.parse(TrainConfig, "optimizer: {epochs: 10}", "x.yaml")
    assert is_over(rows(*losses), plain) == (len(losses) == 10)
