"""A run of any method that dies at some step ends as if it had not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from afil_core import schema
from afil_policy.data.cache import Cache, open_cache
from afil_policy.methods import METHODS
from afil_policy.training.config import TrainConfig
from afil_policy.training.trainer import Trainer

OPTIONS: dict[str, dict[str, Any]] = {
    "combined": {"method.methods": ["autofocus", "swap", "visarl"]},
    "heads": {"pooling": "attentive"},
    "igmd": {"method.blocks": 1},
    "oreo": {"method.pretrain_steps": 3, "method.codes": 16, "method.versions": 2},
}


class KilledError(Exception):
    """Stands for a kill: nothing of the run gets a chance to tidy up."""


@pytest.fixture(scope="module")
def cache(dataset: Path, small: TrainConfig, tmp_path_factory: pytest.TempPathFactory) -> Cache:
    root = tmp_path_factory.mktemp("cache")
    return open_cache(dataset, small.data, root, needs_saliency=True)


@pytest.mark.parametrize("name", METHODS.names())
def test_a_killed_run_ends_with_the_same_weights(
    cache: Cache, small: TrainConfig, tmp_path: Path, name: str
) -> None:
    overrides = {"method": name, "optimizer.epochs": 2, "optimizer.ema": 0.5}
    overrides |= OPTIONS.get(name, {})
    config = schema.parse(TrainConfig, schema.to_yaml(small), "x.yaml", overrides)
    whole = Trainer(config, cache, tmp_path / "whole").run()

    def kill(step: int) -> None:
        if step == 5:
            raise KilledError

    with pytest.raises(KilledError):
        Trainer(config, cache, tmp_path / "cut", save_every_s=0.0, after_step=kill).run()
    resumed = Trainer(config, cache, tmp_path / "cut").run()
    assert resumed.rows == whole.rows
    assert whole.weights.keys() == resumed.weights.keys()
    for key, tensor in whole.weights.items():
        assert torch.equal(tensor, resumed.weights[key]), key
