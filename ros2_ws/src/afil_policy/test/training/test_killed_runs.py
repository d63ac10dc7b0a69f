"""kill -9 at any step: what goes on from there ends with the same weights, for every method."""

from __future__ import annotations

import os
import random
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from afil_core import schema
from afil_policy.data.cache import Cache, open_cache
from afil_policy.methods import METHODS
from afil_policy.training.config import TrainConfig
from afil_policy.training.trainer import Trainer

# What a method can't do without, or what would make a test slow.
OPTIONS: dict[str, dict[str, Any]] = {
    "combined": {"method.methods": ["autofocus", "counterfactual", "visarl"]},
    "heads": {"pooling": "attentive"},
    "igmd": {"method.blocks": 1},
    "oreo": {
        "method.codes": 8,
        "method.width": 8,
        "method.versions": 2,
        "method.pretrain_steps": 2,
    },
}
STEPS = 2 * 5


@pytest.fixture(scope="module")
def cache(dataset: Path, small: TrainConfig, tmp_path_factory: pytest.TempPathFactory) -> Cache:
    return open_cache(dataset, small.data, tmp_path_factory.mktemp("cache"), needs_saliency=True)


def configured(small: TrainConfig, method: str) -> TrainConfig:
    changes = {"method": method, "augmentation.shift": 1, "optimizer.epochs": 2}
    return schema.parse(
        TrainConfig, schema.to_yaml(small), "x.yaml", changes | OPTIONS.get(method, {})
    )


def in_a_child(work: Callable[[], object]) -> int:
    """Run something in a fork; its exit status as of waitpid."""
    child = os.fork()
    if child == 0:
        try:
            work()
        finally:
            os._exit(1)
    return os.waitpid(child, 0)[1]


@pytest.mark.parametrize("method", METHODS.names())
def test_a_run_that_was_killed_ends_with_the_same_weights(
    cache: Cache, small: TrainConfig, tmp_path: Path, method: str
) -> None:
    config = configured(small, method)
    whole = Trainer(config, cache, tmp_path / "whole").run()
    last = random.Random(method).randint(2, STEPS - 1)

    def kill(step: int) -> None:
        if step == last:
            os.kill(os.getpid(), signal.SIGKILL)

    cut = tmp_path / "cut"
    trainer = Trainer(config, cache, cut, save_every_s=0.0, after_step=kill)
    status = in_a_child(trainer.run)
    assert os.WIFSIGNALED(status), "the child ended before it was killed"
    assert os.WTERMSIG(status) == signal.SIGKILL
    assert (cut / "resume.pt").is_file()
    steps: list[int] = []
    resumed = Trainer(config, cache, cut, after_step=steps.append).run()
    # The step that was under way was lost with the process.
    assert steps[0] == last
    assert resumed.rows == whole.rows
    for name, tensor in whole.weights.items():
        assert torch.equal(tensor, resumed.weights[name]), name
