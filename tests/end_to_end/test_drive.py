"""The whole loop in the town, by the same commands as with the arm."""

from __future__ import annotations

import json

from afil_core.episodes import list_episodes
from afil_policy.commands import report, train
from afil_sim.commands import oracle


def test_a_drive_is_recorded_learned_tested_and_reported(processes, here, tmp_path):
    demos, run, result = tmp_path / "demos", tmp_path / "run", tmp_path / "unseen.json"
    processes.succeed(
        *("launch", "afil_teleop", "record.launch.py", "robot:=carla", "sim:=true"),
        *("source:=expert", "cue:=intact", "noise:=0.1", "max_steps:=25", "episodes:=2"),
        f"dataset:={demos}",
        timeout_s=180,
    )
    # The first frame has its speed, and only the last one is without a command.
    assert [len(list(episode.steps())) for episode in list_episodes(demos)] == [25, 25]
    text = here(oracle.main, "--dataset", str(demos))
    assert "52 frames" in text
    small = [
        *("data.successful_only=false", "data.height=36", "data.width=64", "data.frames=2"),
        *("data.saliency=oracle", "data.validation_fraction=0", "optimizer.epochs=1"),
    ]
    here(
        train.main,
        *("--dataset", str(demos), "--method", "autofocus", "--threads", "1"),
        *("--output", str(run), *(word for pair in small for word in ("--set", pair))),
    )
    processes.succeed(
        *("run", "afil_policy", "evaluate", "--checkpoint", str(run), "--robot", "carla"),
        *("--task", "drive_unseen", "--cue", "previous", "--episodes", "2", "--videos", "1"),
        *("--max-steps", "30", "--output", str(result)),
        timeout_s=240,
    )
    found = json.loads(result.read_text())
    assert found["setting"]["task"] == "drive_unseen"
    assert [e["steps"] for e in found["episodes"]] == [30, 30]
    assert sum(e["timeouts"] for e in found["episodes"]) < 10
    assert 0 <= found["summary"]["mean_score"] < 1
    assert 0 <= found["summary"]["mean_metrics"]["route_completion"] < 50
    assert (tmp_path / "unseen" / "seed_1000.webm").stat().st_size > 1000
    text = here(
        report.main,
        *("--dataset", str(demos), "--results", str(result)),
        *("--output", str(tmp_path / "report.html")),
    )
    assert "score, %" in text and "(2 episodes)" in text and "route completion" in text
    assert "video/webm" in (tmp_path / "report.html").read_text()
