from __future__ import annotations

import signal
from pathlib import Path

import pytest
import torch
from torch import Tensor

from afil_core import schema
from afil_core.errors import AfilError
from afil_core.registry import Selection
from afil_policy.data.batch import Batch
from afil_policy.data.cache import Cache, open_cache
from afil_policy.methods import METHODS
from afil_policy.methods.bc import BehaviorCloning
from afil_policy.training.config import TrainConfig
from afil_policy.training.log import read_losses
from afil_policy.training.trainer import Result, Trainer


def changed(config: TrainConfig, **overrides: object) -> TrainConfig:
    dotted = {key.replace("__", "."): value for key, value in overrides.items()}
    return schema.parse(TrainConfig, schema.to_yaml(config), "x.yaml", dotted)


@pytest.fixture(scope="module")
def config(small: TrainConfig) -> TrainConfig:
    return changed(small, method="autofocus", augmentation__shift=1, optimizer__ema=0.9)


@pytest.fixture(scope="module")
def cache(dataset: Path, config: TrainConfig, tmp_path_factory: pytest.TempPathFactory) -> Cache:
    root = tmp_path_factory.mktemp("cache")
    return open_cache(dataset, config.data, root, needs_saliency=True)


def assert_same_weights(first: Result, second: Result) -> None:
    for name, tensor in first.weights.items():
        assert torch.equal(tensor, second.weights[name]), name


def test_training_is_reproducible_and_learns(
    cache: Cache, config: TrainConfig, tmp_path: Path
) -> None:
    longer = changed(config, optimizer__epochs=16, optimizer__learning_rate=1e-2)
    first = Trainer(longer, cache, tmp_path / "a").run()
    assert_same_weights(first, Trainer(longer, cache, tmp_path / "b").run())
    assert first.rows[-1]["train_bc"] < 0.5 * first.rows[0]["train_bc"]
    assert {"epoch", "train_loss", "train_reg", "validation_bc"} <= set(first.rows[0])
    assert read_losses(tmp_path / "a")["epoch"] == [float(n) for n in range(1, 17)]


@pytest.mark.parametrize("stop_at", [1, 5, 7, 10])
def test_a_run_stopped_by_ctrl_c_ends_with_the_same_weights(
    cache: Cache, config: TrainConfig, tmp_path: Path, stop_at: int
) -> None:
    whole = Trainer(config, cache, tmp_path / "whole").run()

    def stop(step: int) -> None:
        if step == stop_at:
            signal.raise_signal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        Trainer(config, cache, tmp_path / "cut", after_step=stop).run()
    steps: list[int] = []
    trainer = Trainer(config, cache, tmp_path / "cut", after_step=steps.append)
    resumed = trainer.run()
    assert steps[0] == stop_at + 1
    assert_same_weights(whole, resumed)
    assert resumed.rows == whole.rows
    trainer.finish()
    assert not (tmp_path / "cut" / "resume.pt").exists()


class Noisy(BehaviorCloning):
    """Draws random numbers in every step."""

    def imitation(self, latent: Tensor, batch: Batch) -> Tensor:
        return super().imitation(latent + 0.1 * torch.randn_like(latent), batch)


def test_a_method_that_draws_random_numbers_resumes_exactly(
    cache: Cache, config: TrainConfig, tmp_path: Path
) -> None:
    method = Selection("noisy", Noisy, Noisy.Config())
    noisy = config.model_copy(update={"method": method})
    whole = Trainer(noisy, cache, tmp_path / "whole").run()

    def stop(step: int) -> None:
        if step == 6:
            signal.raise_signal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        Trainer(noisy, cache, tmp_path / "cut", after_step=stop).run()
    resumed = Trainer(noisy, cache, tmp_path / "cut").run()
    assert_same_weights(whole, resumed)
    assert resumed.rows == whole.rows
    still = config.model_copy(update={"method": METHODS.select("bc")})
    assert Trainer(still, cache, tmp_path / "still").run().rows != whole.rows


def test_a_save_every_now_and_then_changes_nothing(
    cache: Cache, config: TrainConfig, tmp_path: Path
) -> None:
    rare = Trainer(config, cache, tmp_path / "rare").run()
    often = Trainer(config, cache, tmp_path / "often", save_every_s=0.0)
    assert_same_weights(rare, often.run())
    assert (tmp_path / "often" / "resume.pt").is_file()
    assert not list((tmp_path / "often").glob(".*"))


def test_a_run_of_another_configuration_is_not_resumed(
    cache: Cache, config: TrainConfig, tmp_path: Path
) -> None:
    def stop(step: int) -> None:
        signal.raise_signal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        Trainer(config, cache, tmp_path, after_step=stop).run()
    with pytest.raises(AfilError, match="another configuration"):
        Trainer(changed(config, seed=1), cache, tmp_path).run()
    (tmp_path / "resume.pt").write_bytes(b"half")
    with pytest.raises(AfilError, match=r"resume.pt is damaged"):
        Trainer(config, cache, tmp_path).run()


def test_a_loss_that_is_not_finite_stops_with_a_sentence(
    cache: Cache, config: TrainConfig, tmp_path: Path
) -> None:
    wild = changed(
        config,
        optimizer__learning_rate=1e30,
        optimizer__gradient_clip=0.0,
        optimizer__warmup_steps=0,
    )
    with pytest.raises(AfilError, match=r"optimizer\.learning_rate"):
        Trainer(wild, cache, tmp_path).run()
    assert not (tmp_path / "losses.csv").exists()
