"""The loop as one launch: it goes on from what is there, and a failing stage ends it."""

from __future__ import annotations

import json


def test_the_launch_skips_what_is_done_and_ends_with_a_table_and_a_report(
    runs, workspace, processes, files_of
):
    before = files_of(workspace / "demos"), files_of(runs["bc"])
    text = processes.succeed(
        *("launch", "launch/demo.launch.py", f"output:={workspace}", "episodes:=2", "epochs:=1"),
        *("eval_episodes:=1", "cues:=broken", "methods:=bc"),
        cwd=processes.ROOT,
        timeout_s=120,
    )
    assert "nothing to record" in text
    assert "already trained" in text
    assert (files_of(workspace / "demos"), files_of(runs["bc"])) == before
    result = json.loads((workspace / "results" / "bc_broken.json").read_text())
    assert [e["seed"] for e in result["episodes"]] == [1000]
    row = next(line for line in text.splitlines() if "] bc " in line)
    assert "/1" in row and "interval" in row
    assert "<html" in (workspace / "report.html").read_text()


def test_a_failing_stage_is_named_and_ends_the_launch(processes, tmp_path):
    text = processes.refuse(
        *("launch", "launch/demo.launch.py", f"output:={tmp_path / 'demo'}", "task:=fold_towel"),
        cwd=processes.ROOT,
    )
    assert "there is no task 'fold_towel'; known: drive, drive_unseen, gym, lift_carrot" in text
    assert "stage 1/9: record, cue intact failed with exit code 1" in text
    assert "stage 2/9" not in text
