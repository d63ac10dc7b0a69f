from __future__ import annotations

import re
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from afil_policy.commands import report, train
from afil_policy.evaluation.pictures import encode_png, overlay, side_by_side
from afil_policy.evaluation.results import EpisodeResult, Results, Setting, save_results
from afil_policy.evaluation.scene import Demonstrations
from afil_policy.evaluation.setting import read_setting
from afil_policy.evaluation.table import run_labels, success_table
from afil_policy.training.layout import find_checkpoint


def results(method: str, cue: str, successes: int, checkpoint: str = "") -> Results:
    setting = Setting(
        checkpoint=checkpoint or method,
        trained_at="t",
        method=method,
        robot="franka",
        sim=True,
        task="lift_carrot",
        cue=cue,
        first_seed=1000,
    )
    episodes = tuple(
        EpisodeResult(seed=1000 + k, success=k < successes, steps=30) for k in range(20)
    )
    return Results(setting=setting, episodes=episodes)


def test_the_table_has_expert_and_policies_by_cue_with_intervals() -> None:
    demonstrations = Demonstrations(60, 60, "lift", ("expert",), {"cue": "intact"}, {})
    table = success_table(
        demonstrations,
        [
            results("bc", "broken", 3),
            results("autofocus", "broken", 15),
            results("bc", "intact", 18),
        ],
    )
    assert table.header == ("success", "cue intact", "cue broken")
    # The policies are in the order of the results.
    assert [row[0] for row in table.rows] == ["expert (demonstrations)", "bc", "autofocus"]
    assert table.rows[0][1].startswith("60/60 = 100% (95 % interval")
    assert table.rows[0][2] == "does not look at it"
    assert table.rows[1][2].startswith("3/20 = 15%")
    assert table.rows[2][1] == "not evaluated"
    assert len(table.text().splitlines()) == 4


def test_an_overlay_shows_the_map_where_it_is_high_and_the_image_elsewhere() -> None:
    rgb = np.full((40, 60, 3), 100, np.uint8)
    values = np.zeros((4, 6), np.float32)
    values[0, 0] = 1
    mixed = overlay(rgb, values)
    assert mixed[30, 50].tolist() == [100, 100, 100]
    assert abs(mixed[2, 2].astype(int) - 100).max() > 30
    row = side_by_side([rgb, mixed], (80, 120))
    assert row.shape == (80, 248, 3)
    decoded = cv2.imdecode(np.frombuffer(encode_png(row), np.uint8), cv2.IMREAD_COLOR)
    np.testing.assert_array_equal(cv2.cvtColor(decoded, cv2.COLOR_BGR2RGB), row)


def test_two_runs_of_one_method_are_two_rows() -> None:
    demonstrations = Demonstrations(60, 60, "lift", ("expert",), {"cue": "intact"}, None)
    given = [
        results("bc", "intact", 18, "/a/runs/bc_001/checkpoint"),
        results("bc", "intact", 3, "/a/runs/bc_002/checkpoint"),
        results("autofocus", "intact", 15, "/a/runs/autofocus_001/checkpoint"),
    ]
    table = success_table(demonstrations, given)
    assert [row[0] for row in table.rows[1:]] == ["bc (bc_001)", "bc (bc_002)", "autofocus"]
    assert [row[1].split(" ")[0] for row in table.rows[1:]] == ["18/20", "3/20", "15/20"]
    given.append(results("bc", "intact", 1, "/b/runs/bc_001/checkpoint"))
    assert len(set(run_labels(given).values())) == 4


def test_the_report_is_one_file_that_needs_nothing_else(
    dataset: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    files = []
    small = [
        "data.height=24",
        "data.width=32",
        "encoder.layers=[[8, 4, 2]]",
        "optimizer.epochs=2",
    ]
    settings = [a for s in small for a in ("--set", s)]
    for method in ("bc", "autofocus"):
        output = tmp_path / "runs" / method
        args = ["--dataset", str(dataset), "--method", method, "--output", str(output)]
        monkeypatch.setattr(sys, "argv", ["train", *args, *settings])
        assert train.main() == 0
        setting = read_setting(
            find_checkpoint(output), robot="franka", task="t", cue="intact", first_seed=1000
        )
        episode = EpisodeResult(seed=1000, success=method == "autofocus", steps=30)
        done = Results(setting=setting, episodes=(episode,))
        files.append(tmp_path / f"{method}.json")
        save_results(files[-1], done)
    page = tmp_path / "out" / "report.html"
    args = ["--dataset", str(dataset), "--results", *map(str, files), "--output", str(page)]
    monkeypatch.setattr(sys, "argv", ["report", *args])
    capsys.readouterr()
    assert report.main() == 0
    printed = capsys.readouterr().out
    assert "bc" in printed
    assert "1/1 = 100%" in printed
    text = page.read_text()
    assert not re.search(r'(src|href)="(?!data:)', text)
    assert text.count("data:image/png") == 3
    assert text.count("<svg") == 2
    assert "simulated" in text
    assert "Stand-ins without trained weights: color for an open-vocabulary detector" in text
    assert len(list((page.parent / "pictures").glob("saliency_*.png"))) == 3

    monkeypatch.setattr(sys, "argv", ["report", "--data", *args[1:]])
    assert report.main() == 2
    assert "--data is called --dataset now" in capsys.readouterr().err
    monkeypatch.setattr(sys, "argv", ["report", *args])

    files[0].write_text("{}")
    before = page.read_text()
    assert report.main() == 2
    assert "bc.json holds no results" in capsys.readouterr().err
    assert page.read_text() == before
