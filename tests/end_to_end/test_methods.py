"""Every method on simulated demonstrations: it learns, and acts as it learned."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
import torch

from afil_core import schema
from afil_core.episodes import list_episodes
from afil_policy.data.batch import Batch, Needs, Observation
from afil_policy.data.batches import BatchSource
from afil_policy.data.cache import Cache, open_cache
from afil_policy.data.normalization import Normalization
from afil_policy.deploy.runner import PolicyRunner
from afil_policy.methods import METHODS
from afil_policy.methods.base import Method
from afil_policy.training.checkpoint import Checkpoint, new_method, save_checkpoint
from afil_policy.training.config import TrainConfig
from afil_policy.training.facts import TrainingFacts
from afil_policy.training.statistics import fit_normalization

TINY = """
data: {height: 24, width: 32, frames: 2, horizon: 2, proprioception: [ee_pose, gripper_width]}
augmentation: {brightness: 0.0, contrast: 0.0}
encoder: {name: small_cnn, layers: [[8, 4, 2], [8, 4, 2], [8, 3, 1]]}
head: {name: mse, hidden: [32]}
optimizer: {batch_size: 12}
"""
OPTIONS: dict[str, dict[str, Any]] = {
    "combined": {"method.methods": ["autofocus", "counterfactual"]},
    "heads": {"pooling": "attentive"},
    "oreo": {"method.pretrain_steps": 0, "method.codes": 32, "method.versions": 2},
}


class Data(NamedTuple):
    """The demonstrations, once for all methods."""

    cache: Cache
    normalization: Normalization
    batch: Batch


def configured(name: str) -> TrainConfig:
    return schema.parse(TrainConfig, TINY, "tiny.yaml", {"method": name, **OPTIONS.get(name, {})})


@pytest.fixture(scope="module")
def data(perceived: Path, tmp_path_factory: pytest.TempPathFactory) -> Data:
    torch.set_num_threads(1)
    config = configured("bc")
    root = tmp_path_factory.mktemp("cache")
    cache = open_cache(perceived, config.data, root, needs_saliency=True)
    every = np.arange(len(cache.actions))
    normalization = fit_normalization(config.data, cache, every)
    needs = Needs(saliency=True, saliency_history=True, partner=True)
    source = BatchSource(cache, config, normalization, needs)
    return Data(cache, normalization, next(iter(source.training(every, 0, 0))))


def trained(data: Data, config: TrainConfig, steps: int) -> tuple[Method, list[float]]:
    """A method after some steps on one batch, and the losses on the way."""
    torch.manual_seed(0)
    method = new_method(config, data.cache.contract, data.cache.tasks).train()
    optimizer = torch.optim.Adam(method.parameters(), lr=5e-3)
    losses = []
    for _ in range(steps):
        optimizer.zero_grad()
        total = method.loss(data.batch).total
        total.backward()
        optimizer.step()
        losses.append(total.item())
    return method, losses


@pytest.mark.parametrize("name", METHODS.names())
def test_a_few_steps_lower_the_loss(data: Data, name: str) -> None:
    assert len(data.cache.shards) == 2
    assert all(maps.any() for maps in data.batch.saliency.values())
    _, losses = trained(data, configured(name), 25)
    assert sum(losses[-5:]) < 0.8 * sum(losses[:5])


@pytest.mark.parametrize("name", METHODS.names())
def test_deployment_does_what_training_did(
    data: Data, perceived: Path, tmp_path: Path, name: str
) -> None:
    config = configured(name)
    method, _ = trained(data, config, 2)
    facts = TrainingFacts(
        method=name,
        seed=0,
        dataset_sha256=data.cache.dataset_sha256,
        episodes=2,
        training_steps=len(data.cache.actions),
        tasks=data.cache.tasks,
        final={"epoch": 1.0},
        finished_at="2026-01-01T00:00:00+00:00",
        versions={},
    )
    contract, normalization = data.cache.contract, data.normalization
    made = Checkpoint(tmp_path / "checkpoint", config, contract, normalization, facts)
    save_checkpoint(made, method.state_dict())
    runner = PolicyRunner(tmp_path, contract)

    # What training sees of the steps 4 and 5 of the first episode, and what the robot sees.
    steps = np.array([5])
    source = BatchSource(data.cache, config, normalization, Needs())
    (batch,) = source.validation(steps)
    with torch.inference_mode():
        learned = method.eval().act(batch)[0]
        looked = method.attention(batch)
    expected = normalization.action.invert(learned).double().numpy()
    episode = list_episodes(perceived)[0]
    history = [step.observations for step, _ in zip(episode.steps(), range(6), strict=False)]
    np.testing.assert_allclose(runner.act(history[-2:]), expected, rtol=1e-5, atol=1e-7)
    for camera, shown in runner.attention(history[-2:]).items():
        np.testing.assert_allclose(shown, looked[camera][0].numpy(), rtol=1e-4, atol=1e-5)

    # And it is the observation that counts, not what a batch of training has beside it.
    alone = Observation(
        batch.images, batch.proprioception, batch.history_mask, batch.task, batch.instructions
    )
    with torch.inference_mode():
        assert torch.equal(method.act(replace(batch, saliency={})), method.act(alone))
