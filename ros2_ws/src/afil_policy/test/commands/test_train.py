from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from afil_core.errors import AfilError
from afil_policy.commands import train
from afil_policy.training.checkpoint import load_checkpoint

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


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("--method", "gail"), "no method 'gail'; known: autofocus, bc"),
        (("--config", "no.yaml"), "no.yaml"),
        (("--set", "epochs"), "write key=value"),
        (("--device", "abacus"), "--device abacus"),
        (("--data", "demos"), "--data is called --dataset now"),
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
