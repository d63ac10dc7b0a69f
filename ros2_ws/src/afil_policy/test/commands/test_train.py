from __future__ import annotations

import json
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from afil_core.errors import AfilError
from afil_policy.commands import train
from afil_policy.data.batch import Batch
from afil_policy.methods.base import Losses
from afil_policy.training.checkpoint import load_checkpoint
from afil_policy.training.layout import newest_run
from afil_policy.training.runs import read_record
from afil_policy.training.trainer import Trainer

SMALL = [
    "data.height=24",
    "data.width=32",
    "encoder.layers=[[8, 4, 2], [8, 4, 2]]",
    "head.hidden=[16]",
    "optimizer.epochs=2",
]


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
    args = ("--dataset", dataset, "--method", "bc", "--output", output)
    assert run_train(monkeypatch, *args) == 0
    checkpoint = load_checkpoint(output)
    assert checkpoint.config.method.name == "bc"
    assert checkpoint.contract.robot == "franka"
    assert len(checkpoint.training.dataset_sha256) == 64
    names = json.loads((output / "checkpoint" / "normalization.json").read_text())
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

    again = tmp_path / "runs" / "again"
    assert run_train(monkeypatch, "--from", output, "--output", again) == 0
    assert (again / "checkpoint" / "model.safetensors").read_bytes() == weights.read_bytes()
    assert run_train(monkeypatch, "--from", tmp_path, "--output", again) == 2
    assert "run.yaml cannot be read" in capsys.readouterr().err


def test_without_arguments_it_takes_demos_and_numbers_its_runs(
    write_episode: Callable[..., Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run_train(monkeypatch) == 2
    assert "dataset demos does not exist" in capsys.readouterr().err
    for column in (60, 100):
        write_episode(tmp_path / "demos", column)
    validate = ("--set", "data.validation_fraction=0")
    assert run_train(monkeypatch, *validate) == 0
    said = capsys.readouterr().out
    assert "method: autofocus, as all 2 episodes have saliency maps" in said
    assert "checkpoint written: runs/autofocus_001/checkpoint" in said
    assert newest_run() == Path("runs/autofocus_001")

    assert run_train(monkeypatch, *validate) == 0
    assert "already trained: runs/autofocus_001" in capsys.readouterr().out
    assert run_train(monkeypatch, *validate, "--seed", 1, "--set", "method.weight=3") == 0
    assert newest_run() == Path("runs/autofocus_002")
    record = read_record(Path("runs/autofocus_002"))
    assert (record.config.seed, record.config.method.config.weight) == (1, 3.0)

    shutil.rmtree(tmp_path / "demos" / "episode_000001" / "saliency")
    capsys.readouterr()
    assert run_train(monkeypatch, *validate) == 0
    said = capsys.readouterr().out
    assert "method: bc, as 1 of 2 episodes have no saliency maps (first: episode_000001)" in said
    assert newest_run() == Path("runs/bc_001")


def test_a_finished_run_is_repeated_under_a_new_number_and_on_its_own_episodes(
    write_episode: Callable[..., Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    for column in (60, 100):
        write_episode(tmp_path / "demos", column)
    assert run_train(monkeypatch, "--method", "bc") == 0
    record = tmp_path / "runs" / "bc_001" / "run.yaml"
    record.write_text(record.read_text().replace("processes: 1", "processes: 2"))
    capsys.readouterr()
    assert run_train(monkeypatch, "--from", "runs/bc_001") == 0
    said = capsys.readouterr().out
    assert "the run that is repeated had 2 process(es), and now there are 1" in said
    assert "checkpoint written: runs/bc_002/checkpoint" in said

    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    assert run_train(monkeypatch, "--from", "../runs/bc_001") == 0
    first, second, third = (
        (folder / "checkpoint" / "model.safetensors").read_bytes()
        for folder in (record.parent, tmp_path / "runs" / "bc_002", elsewhere / "runs" / "bc_001")
    )
    assert first == second == third

    write_episode(tmp_path / "demos", 140)
    capsys.readouterr()
    assert run_train(monkeypatch, "--from", "../runs/bc_001") == 2
    named = f"--dataset {tmp_path / 'demos'}"
    error = capsys.readouterr().err
    assert "are not those that the run of --from was trained on" in error
    assert named in error
    assert run_train(monkeypatch, "--from", "../runs/bc_001", *named.split()) == 0
    assert load_checkpoint(elsewhere / "runs" / "bc_002").training.episodes == 3


def test_where_memory_is_full_a_sentence_says_so_and_the_run_goes_on_later(
    dataset: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    output = tmp_path / "runs" / "bc"
    args = ("--dataset", dataset, "--method", "bc", "--output", output)
    step = Trainer._step

    def stop(trainer: Trainer, batch: Batch, number: int) -> Losses:
        signal.raise_signal(signal.SIGINT)
        return step(trainer, batch, number)

    def full(trainer: Trainer, batch: Batch, number: int) -> Losses:
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB. GPU 0 has")

    monkeypatch.setattr(Trainer, "_step", stop)
    assert run_train(monkeypatch, *args) == 130
    assert f"stopped; the same command goes on from {output}" in capsys.readouterr().out
    monkeypatch.setattr(Trainer, "_step", full)
    assert run_train(monkeypatch, *args) == 2
    error = capsys.readouterr().err
    assert "memory is full (CUDA out of memory. Tried to allocate 2 GiB); lower optimizer" in error
    assert (output / "resume.pt").is_file()
    monkeypatch.setattr(Trainer, "_step", step)
    assert run_train(monkeypatch, *args) == 0
    assert f"checkpoint written: {output / 'checkpoint'}" in capsys.readouterr().out
    assert not (output / "resume.pt").exists()


@pytest.mark.parametrize(
    ("folder", "source", "words"),
    [
        ("saliency", "no_maps", "bc, as data.saliency no_maps uses no saliency maps"),
        ("saliency_oracle", "perceived", "bc, as 2 of 2 episodes have no saliency maps (first"),
        ("saliency_oracle", "oracle", "autofocus, as all 2 episodes have saliency maps in their"),
        ("saliency", "oracle", "bc, as 2 of 2 episodes have no saliency maps in their folder sal"),
    ],
)
def test_the_default_method_goes_by_the_maps_that_are_learned_from(
    write_episode: Callable[..., Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    folder: str,
    source: str,
    words: str,
) -> None:
    for column in (60, 100):
        episode = write_episode(tmp_path / "demos", column)
        (episode / "saliency").rename(episode / folder)
    choice = ("--dataset", tmp_path / "demos", "--set", f"data.saliency={source}")
    assert run_train(monkeypatch, *choice, "--device", "abacus") == 2
    assert f"method: {words}" in capsys.readouterr().out


def test_a_weight_that_leaves_nothing_of_an_epoch_is_a_sentence(
    dataset: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    some = ("--dataset", f"{dataset}=0.001", "--method", "bc", "--output", tmp_path / "run")
    assert run_train(monkeypatch, *some) == 2
    assert "an epoch would have no step: 0 of 40 come in it" in capsys.readouterr().err


def test_a_method_on_the_command_line_keeps_the_options_of_its_configuration(
    dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "mine.yaml"
    config.write_text("method: {name: autofocus, weight: 3}")
    for method in ("autofocus", "bc"):
        args = ("--dataset", dataset, "--config", config, "--method", method)
        assert run_train(monkeypatch, *args, "--output", tmp_path / method) == 0
    chosen = load_checkpoint(tmp_path / "autofocus").config.method
    assert chosen.config.weight == 3.0
    assert load_checkpoint(tmp_path / "bc").config.method.name == "bc"


def test_what_was_left_out_is_said(
    write_episode: Callable[..., Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for column in (60, 100):
        path = write_episode(tmp_path / "demos", column, steps=20, broken=(7,))
    assert run_train(monkeypatch, "--dataset", path.parent, "--output", tmp_path / "run") == 0
    said = capsys.readouterr().out
    assert said.count("1 of 20 ticks left out") == 2
    assert f"{path}: 1 of 20 ticks left out" in said


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("--method", "gail"), "no method 'gail'; did you mean 'gril'? known: "),
        (("--config", "no.yaml"), "no.yaml"),
        (("--set", "epochs"), "write key=value"),
        (("--device", "abacus"), "--device abacus"),
        (("--data", "demos"), "--data is called --dataset now"),
        (("--threads", "0"), "--threads must be at least 1, not 0"),
        (("--workers", "-1"), "--workers must be at least 0, not -1"),
        (("--dataset", ".", f"{Path.cwd()}=2"), "names"),
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
    code = run_train(monkeypatch, "--dataset", dataset, "--output", tmp_path / "x", *args)
    assert code == 2
    error = capsys.readouterr().err
    assert words in error
    assert error.count("\n") == 1


def test_a_damaged_checkpoint_is_named(
    dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    output = tmp_path / "runs" / "bc"
    run_train(monkeypatch, "--dataset", dataset, "--method", "bc", "--output", output)
    weights = output / "checkpoint" / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:100])
    with pytest.raises(AfilError, match=r"model.safetensors"):
        load_checkpoint(output).method()
    (output / "checkpoint" / "normalization.json").write_text("{")
    with pytest.raises(AfilError, match=r"normalization.json"):
        load_checkpoint(output)
    with pytest.raises(AfilError, match="holds no checkpoint"):
        load_checkpoint(tmp_path)
