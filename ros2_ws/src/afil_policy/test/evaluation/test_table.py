"""Tables of results: who, in which task with which cue, with what success and score."""

from __future__ import annotations

import pytest

from afil_policy.evaluation.results import EpisodeResult, Results, Setting
from afil_policy.evaluation.scene import Demonstrations
from afil_policy.evaluation.table import metrics_table, run_labels, score_table, success_table

DEMONSTRATIONS = Demonstrations(20, 20, "drive", ("expert",), {"cue": "none"}, None)


def result(run="none/runs/bc", task="drive", cue="none", scores=(0.5, 1.0), method="bc"):
    setting = Setting(
        checkpoint=f"/demo/{run}/checkpoint", trained_at="", method=method, robot="carla",
        sim=True, task=task, cue=cue, first_seed=1000,
    )  # fmt: skip
    episodes = tuple(
        EpisodeResult(seed=1000 + i, success=s == 1.0, steps=100, score=s)
        for i, s in enumerate(scores)
    )
    return Results(setting=setting, episodes=episodes)


def test_a_score_has_its_count_and_standard_error():
    assert result(scores=(0.4, 0.6)).score_sentence() == "50.0 ± 10.0 (2 episodes)"
    assert result(scores=(0.25,)).score_sentence() == "25.0 (1 episode)"
    assert result(scores=()).score_sentence() == "no episodes"


def test_two_tasks_are_columns_beside_the_cues():
    results = [
        result(), result(task="drive_unseen", scores=(0.1, 0.3)),
        result("none/runs/autofocus", method="autofocus", scores=(1.0, 1.0)),
    ]  # fmt: skip
    table = score_table(results)
    assert table.header == ("score, %", "drive, no cue", "drive_unseen, no cue")
    assert table.rows[0] == ("bc", "75.0 ± 25.0 (2 episodes)", "20.0 ± 10.0 (2 episodes)")
    assert table.rows[1][2] == "not evaluated"
    success = success_table(DEMONSTRATIONS, results)
    assert success.header[1:] == table.header[1:]
    assert success.rows[0][1:] == ("20/20 = 100% (95 % interval 84% to 100%)",) * 2


def test_what_a_task_counts_is_its_mean_by_policy_task_and_cue():
    plain, driven = result(task="lift"), result("none/runs/autofocus", method="autofocus")
    assert metrics_table([plain]) is None
    counted = [{"route_completion": 50.0, "red_light": 1.0}, {"route_completion": 100.0}]
    episodes = tuple(
        e.model_copy(update={"metrics": m}) for e, m in zip(driven.episodes, counted, strict=True)
    )
    table = metrics_table([plain, driven.model_copy(update={"episodes": episodes})])
    assert table.header == ("mean of an episode", "route completion", "red light")
    assert table.rows == (("autofocus, no cue", "75.00", "1.00"),)


def test_one_task_is_not_named():
    table = score_table([result(cue="intact"), result(cue="broken")])
    assert table.header[1:] == ("cue broken", "cue intact")


def test_runs_of_one_name_are_told_apart_by_what_differs():
    labels = run_labels([result("none/runs/bc"), result("intact/runs/bc")])
    assert list(labels.values()) == ["bc (none)", "bc (intact)"]
    labels = run_labels([result("runs/one"), result("runs/two")])
    assert list(labels.values()) == ["bc (one)", "bc (two)"]


@pytest.mark.parametrize(("scores", "told"), [((1.0, 0.0), False), ((1.0, 0.4), True)])
def test_a_score_is_told_where_it_says_more_than_success(scores, told):
    assert result(scores=scores).has_scores is told
