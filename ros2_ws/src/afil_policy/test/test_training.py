from __future__ import annotations

import json
import signal
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from afil_core.errors import AfilError
from afil_policy import train
from afil_policy.config import (
    AugmentationConfig,
    DataConfig,
    ModelConfig,
    OptimisationConfig,
    TrainConfig,
)
from afil_policy.data.cache import Cache, open_cache
from afil_policy.training.checkpoint import load_checkpoint
from afil_policy.training.log import read_losses
from afil_policy.training.loop import Result, Trainer
from afil_policy.training.schedule import learning_rate

CONFIG = TrainConfig(
    method="autofocus",
    data=DataConfig(height=24, width=32, validation_fraction=0.2),
    augmentation=AugmentationConfig(shift=1),
    model=ModelConfig(layers=((8, 4, 2), (8, 4, 2)), hidden=(16,)),
    optimisation=OptimisationConfig(epochs=3, batch_size=8, warmup_steps=2, ema=0.9),
)
SMALL = [
    "data.height=24",
    "data.width=32",
    "model.layers=[[8, 4, 2], [8, 4, 2]]",
    "model.hidden=[16]",
    "optimisation.epochs=2",
]


@pytest.fixture(scope="module")
def cache(dataset: Path, tmp_path_factory: pytest.TempPathFactory) -> Cache:
    root = tmp_path_factory.mktemp("cache")
    return open_cache(dataset, CONFIG.data, root, needs_saliency=True)


def assert_same_weights(first: Result, second: Result) -> None:
    for name, tensor in first.weights.items():
        assert torch.equal(tensor, second.weights[name]), name


def test_training_is_reproducible_and_learns(cache: Cache, tmp_path: Path) -> None:
    optimisation = replace(CONFIG.optimisation, epochs=16, learning_rate=1e-2)
    longer = replace(CONFIG, optimisation=optimisation)
    first = Trainer(longer, cache, tmp_path / "a").run()
    assert_same_weights(first, Trainer(longer, cache, tmp_path / "b").run())
    assert first.rows[-1]["train_bc"] < 0.5 * first.rows[0]["train_bc"]
    assert {"epoch", "train_loss", "train_reg", "validation_bc"} <= set(first.rows[0])
    assert read_losses(tmp_path / "a")["epoch"] == [float(n) for n in range(1, 17)]


@pytest.mark.parametrize("stop_at", [1, 5, 7, 10])
def test_a_run_stopped_by_ctrl_c_ends_with_the_same_weights(
    cache: Cache, tmp_path: Path, stop_at: int
) -> None:
    whole = Trainer(CONFIG, cache, tmp_path / "whole").run()

    def stop(step: int) -> None:
        if step == stop_at:
            signal.raise_signal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        Trainer(CONFIG, cache, tmp_path / "cut", after_step=stop).run()
    steps: list[int] = []
    trainer = Trainer(CONFIG, cache, tmp_path / "cut", after_step=steps.append)
    resumed = trainer.run()
    assert steps[0] == stop_at + 1
    assert_same_weights(whole, resumed)
    assert resumed.rows == whole.rows
    trainer.finish()
    assert not (tmp_path / "cut" / "resume.pt").exists()


def test_a_run_of_another_configuration_is_not_resumed(cache: Cache, tmp_path: Path) -> None:
    def stop(step: int) -> None:
        signal.raise_signal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        Trainer(CONFIG, cache, tmp_path, after_step=stop).run()
    with pytest.raises(AfilError, match="another configuration"):
        Trainer(replace(CONFIG, seed=1), cache, tmp_path).run()
    (tmp_path / "resume.pt").write_bytes(b"half")
    with pytest.raises(AfilError, match=r"resume.pt is damaged"):
        Trainer(CONFIG, cache, tmp_path).run()


def test_a_loss_that_is_not_finite_stops_with_a_sentence(cache: Cache, tmp_path: Path) -> None:
    wild = replace(CONFIG.optimisation, learning_rate=1e30, gradient_clip=0.0, warmup_steps=0)
    with pytest.raises(AfilError, match="optimisation.learning_rate"):
        Trainer(replace(CONFIG, optimisation=wild), cache, tmp_path).run()


@pytest.mark.parametrize(
    ("schedule", "expected"), [("cosine", 0.5), ("step", 0.25), ("constant", 1.0)]
)
def test_schedules_at_half_time(schedule: str, expected: float) -> None:
    config = OptimisationConfig(
        epochs=8, learning_rate=1.0, schedule=schedule, step_epochs=2, warmup_steps=4
    )
    assert learning_rate(config, 40, 10) == pytest.approx(expected)
    assert learning_rate(config, 0, 10) == pytest.approx(0.25)


def run_train(monkeypatch: pytest.MonkeyPatch, *args: object) -> int:
    settings = [a for s in SMALL for a in ("--set", s)]
    monkeypatch.setattr(sys, "argv", ["train", *map(str, args), *settings])
    return train.main()


def test_the_command_writes_a_checkpoint_that_describes_itself(
    dataset: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    output = tmp_path / "runs" / "bc"
    args = ("--data", dataset, "--method", "bc", "--output", output)
    assert run_train(monkeypatch, *args) == 0
    checkpoint = load_checkpoint(output)
    assert checkpoint.config.method == "bc"
    assert checkpoint.contract.robot == "franka"
    assert len(checkpoint.training["dataset_sha256"]) == 64
    names = json.loads((output / "checkpoint" / "normalisation.json").read_text())
    assert names["action"]["names"][-1] == "gripper"
    assert not list(output.glob("*.partial"))
    assert "samples/s" in capsys.readouterr().out

    weights = output / "checkpoint" / "model.safetensors"
    before = weights.stat().st_mtime_ns
    assert run_train(monkeypatch, *args) == 0
    assert "already trained" in capsys.readouterr().out
    assert run_train(monkeypatch, *args, "--seed", 3) == 2
    assert "another configuration" in capsys.readouterr().err
    assert weights.stat().st_mtime_ns == before


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("--method", "gail"), "no method 'gail'; known methods: autofocus, bc"),
        (("--config", "no.yaml"), "no.yaml"),
        (("--set", "epochs"), "KEY=VALUE"),
        (("--device", "abacus"), "--device abacus"),
    ],
)
def test_wrong_arguments_are_sentences(
    dataset: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    args: tuple[str, ...],
    words: str,
) -> None:
    code = run_train(monkeypatch, "--data", dataset, "--output", tmp_path / "x", *args)
    assert code == 2
    error = capsys.readouterr().err
    assert words in error
    assert error.count("\n") == 1


def test_a_damaged_checkpoint_is_named(
    dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    output = tmp_path / "runs" / "bc"
    run_train(monkeypatch, "--data", dataset, "--method", "bc", "--output", output)
    weights = output / "checkpoint" / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:100])
    with pytest.raises(AfilError, match=r"model.safetensors"):
        load_checkpoint(output).model()
    (output / "checkpoint" / "normalisation.json").write_text("{")
    with pytest.raises(AfilError, match=r"normalisation.json"):
        load_checkpoint(output)
    with pytest.raises(AfilError, match="holds no checkpoint"):
        load_checkpoint(tmp_path)
