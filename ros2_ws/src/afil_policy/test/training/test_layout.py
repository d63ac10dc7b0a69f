from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from afil_core.contract import Contract
from afil_core.errors import AfilError
from afil_policy.training.config import TrainConfig
from afil_policy.training.layout import find_checkpoint, newest_run

Write = Callable[..., Path]


def finished(write: Write, run: Path, small: TrainConfig, contract: Contract, when: str) -> None:
    facts = write(run / "checkpoint", small, contract) / "training.json"
    facts.write_text(json.dumps(json.loads(facts.read_text()) | {"finished_at": when}))


def test_the_newest_run_is_the_one_that_finished_last(
    tmp_path: Path, write_checkpoint: Write, small: TrainConfig, contract: Contract
) -> None:
    with pytest.raises(AfilError, match=r"holds no finished run; train one with `ros2 run"):
        newest_run(tmp_path / "runs")
    started = tmp_path / "runs" / "bc_003"
    started.mkdir(parents=True)
    (started / "run.yaml").write_text("")
    with pytest.raises(AfilError, match=r"no finished run \(1 unfinished\)"):
        newest_run(tmp_path / "runs")
    for name, when in (("bc_001", "2026-02-02"), ("bc_002", "2026-01-01")):
        finished(write_checkpoint, tmp_path / "runs" / name, small, contract, when)
    assert newest_run(tmp_path / "runs") == tmp_path / "runs" / "bc_001"


def test_a_run_that_cannot_be_read_is_passed_over_with_a_sentence(
    tmp_path: Path,
    write_checkpoint: Write,
    small: TrainConfig,
    contract: Contract,
    caplog: pytest.LogCaptureFixture,
) -> None:
    finished(write_checkpoint, tmp_path / "bc_001", small, contract, "2026-02-02")
    damaged = tmp_path / "bc_002" / "checkpoint" / "training.json"
    damaged.parent.mkdir(parents=True)
    damaged.write_text("{")
    assert newest_run(tmp_path) == tmp_path / "bc_001"
    assert f"a run is passed over: {damaged} is not valid" in caplog.text
    shutil.rmtree(tmp_path / "bc_001")
    with pytest.raises(AfilError, match=r"bc_002/checkpoint/training\.json is not valid"):
        newest_run(tmp_path)


def test_a_checkpoint_is_found_in_its_run(
    tmp_path: Path, write_checkpoint: Write, small: TrainConfig, contract: Contract
) -> None:
    path = write_checkpoint(tmp_path / "checkpoint", small, contract)
    assert find_checkpoint(path) == find_checkpoint(tmp_path) == path
    (path / "normalisation.json").write_text("{}")
    with pytest.raises(AfilError, match=r"former version .* train again"):
        find_checkpoint(tmp_path)


def test_a_launch_file_that_looks_for_a_run_does_not_wait_for_torch() -> None:
    code = "import sys, afil_policy.training.layout; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
