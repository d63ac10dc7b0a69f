from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from afil_core.contract import Contract
from afil_policy.commands import inspect
from afil_policy.training.config import TrainConfig


def run_inspect(monkeypatch: pytest.MonkeyPatch, *args: object) -> int:
    monkeypatch.setattr(sys, "argv", ["inspect", *map(str, args)])
    return inspect.main()


def test_a_checkpoint_is_shown_in_words_and_as_json(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    write_checkpoint: Callable[..., Path],
    small: TrainConfig,
    contract: Contract,
) -> None:
    path = write_checkpoint(tmp_path / "run" / "checkpoint", small, contract)
    assert run_inspect(monkeypatch, tmp_path / "run") == 0
    said = capsys.readouterr().out
    for words in ("bc (temperature: 50.0)", "small_cnn", "front_image 24x32x3", "gripper", "seed"):
        assert words in said
    assert run_inspect(monkeypatch, path, "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["horizon"] == 1
    assert found["decides"][-1] == "gripper"
    (path / "model.safetensors").write_bytes(b"half")
    assert run_inspect(monkeypatch, path) == 2
    assert "model.safetensors" in capsys.readouterr().err
    assert run_inspect(monkeypatch, tmp_path) == 2
    assert "holds no checkpoint" in capsys.readouterr().err
    (tmp_path / "run.yaml").write_text("")
    write_checkpoint(tmp_path / "checkpoints" / "best", small, contract)
    assert run_inspect(monkeypatch, tmp_path) == 2
    said = capsys.readouterr().err
    assert "the run is not finished" in said
    assert "checkpoints: best" in said
