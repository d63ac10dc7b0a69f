"""Somebody's Gymnasium environment through the whole loop, as docs/foreign_worlds.md says it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from afil_core.contract import load_contract
from afil_core.episodes import list_episodes
from afil_policy.commands import train

SMALL = (
    "data: {height: 24, width: 32}\noptimizer: {epochs: 1, batch_size: 8}\n"
    "encoder: {name: small_cnn, layers: [[4, 8, 4]]}\nhead: {name: mse, hidden: [8]}\n"
)


@pytest.fixture
def beside(monkeypatch):
    """The environment's module can be imported."""
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent))


def test_an_environment_is_recorded_learned_and_evaluated(processes, here, tmp_path, beside):
    demos = tmp_path / "line"
    record = ["launch", "afil_teleop", "record.launch.py", "robot:=gym", "env:=my_line:MyLine-v0"]
    record += ["sim:=true", "source:=expert", "episodes:=2", f"dataset:={demos}", "noise:=0.1"]
    processes.succeed(*record, timeout_s=120)
    contract = load_contract(str(tmp_path / "line.contract.yaml"))
    assert contract.document.world["env"] == "my_line:MyLine-v0"
    episodes = list_episodes(demos)
    assert [e.metadata.seed for e in episodes] == [0, 1]
    assert all(e.metadata.success and e.contract == contract for e in episodes)
    steps = list(episodes[0].steps())
    assert {s.action.shape for s in steps if s.action is not None} == {(1,)}
    text = processes.refuse(*record[:4], "env:=Reacher-v5", *record[5:])
    assert "line.contract.yaml is the contract of another environment" in text
    config, run = tmp_path / "small.yaml", tmp_path / "run"
    config.write_text(SMALL)
    here(
        train.main,
        *("--dataset", str(demos), "--output", str(run), "--config", str(config)),
        *("--threads", "1"),
    )
    test = ["run", "afil_policy", "evaluate", "--checkpoint", str(run), "--robot", "gym"]
    test += ["--episodes", "1", "--output", str(tmp_path / "line.json")]
    text = processes.refuse(*test, "--env", "Reacher-v5")
    assert "is the contract of environment my_line:MyLine-v0, not of Reacher-v5" in text
    processes.succeed(*test, "--env", "my_line:MyLine-v0", timeout_s=120)
    (episode,) = json.loads((tmp_path / "line.json").read_text())["episodes"]
    assert 0 < episode["steps"] <= 20
