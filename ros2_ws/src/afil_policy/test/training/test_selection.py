from __future__ import annotations

import pytest

from afil_core import schema
from afil_core.errors import AfilError
from afil_policy.training.config import TrainConfig
from afil_policy.training.selection import best_epoch, is_over, pretraining_epochs


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


def test_epochs_that_teach_no_actions_are_neither_the_best_nor_without_progress() -> None:
    assert best_epoch(rows(1.0, 3.0, 2.0), 1) == 3
    assert best_epoch(rows(1.0), 1) == 1
    text = "{optimizer: {epochs: 10}, training: {patience_epochs: 2}}"
    config = schema.parse(TrainConfig, text, "x.yaml")
    assert is_over(rows(3.0, 3.0, 3.0), config)
    assert not is_over(rows(3.0, 3.0, 3.0), config, 3)
    assert is_over(rows(3.0, 3.0, 3.0, 2.0, 3.0, 3.0), config, 3)


def test_a_run_that_would_learn_no_action_is_refused() -> None:
    def epochs(pretraining: int, listed: str = "oreo") -> int:
        own = f"{{name: oreo, pretrain_steps: {pretraining}}}"
        method = {"oreo": own, "combined": f"{{name: combined, methods: [autofocus, {own}]}}"}
        text = f"{{method: {method[listed]}, optimizer: {{epochs: 4}}}}"
        return pretraining_epochs(schema.parse(TrainConfig, text, "x.yaml"), 10)

    assert [epochs(n) for n in (0, 10, 11, 39)] == [0, 1, 2, 4]
    assert epochs(11, "combined") == 2
    with pytest.raises(AfilError, match=r"first 40 steps .* this run has 40.*pretrain_steps"):
        epochs(40)
    assert pretraining_epochs(schema.parse(TrainConfig, "method: bc", "x.yaml"), 10) == 0
