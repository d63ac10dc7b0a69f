from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

import pytest

from afil_core.errors import AfilError
from afil_core.world_protocol import EpisodeStatus
from afil_policy.evaluation.processes import ProcessGroup, last_error
from afil_policy.evaluation.protocol import EpisodeWatch
from afil_policy.evaluation.results import (
    EpisodeResult,
    Results,
    Setting,
    begin_or_resume,
    describe,
    load_results,
    save_results,
    wilson_interval,
)

SETTING = Setting(
    checkpoint="runs/bc",
    trained_at="2026-01-01",
    method="bc",
    robot="franka",
    sim=True,
    task="lift_carrot",
    cue="intact",
    first_seed=1000,
)


def episode(seed: int, success: bool = True, steps: int = 30) -> EpisodeResult:
    return EpisodeResult(seed=seed, success=success, steps=steps)


def status(episode: int, *, state: str = "done", seed: int = 1000) -> EpisodeStatus:
    return EpisodeStatus(episode, seed, state, True, 33, 33)


def test_results_are_never_without_seeds_count_and_interval(tmp_path: Path) -> None:
    results = Results(setting=SETTING)
    for seed, success in ((1000, True), (1001, False), (1002, True)):
        results = results.with_episode(episode(seed, success))
    path = tmp_path / "deep" / "results.json"
    save_results(path, results)
    data = json.loads(path.read_text())
    assert [e["seed"] for e in data["episodes"]] == [1000, 1001, 1002]
    assert data["summary"]["episodes"] == 3
    low, high = data["summary"]["wilson_interval_95"]
    assert low < data["summary"]["success_rate"] < high
    assert load_results(path) == results
    assert results.sentence().startswith("2/3 = 67% (95 % interval")
    assert results.sentence().endswith("%)")


def test_steps_that_the_policy_missed_are_named_with_its_success() -> None:
    watch = EpisodeWatch(1000, 10.0, 0.0)
    watch.reset_answered(0, 1000, 0.0)
    watch.status_received(EpisodeStatus(0, 1000, "done", True, 33, 34, timeouts=4), 1.0)
    assert watch.result is not None
    results = Results(setting=SETTING).with_episode(watch.result)
    assert results.sentence().endswith("; 4 of 33 steps without a command")


def test_what_the_task_counted_is_kept_and_older_files_are_read_without(tmp_path: Path) -> None:
    watch = EpisodeWatch(1000, 10.0, 0.0)
    watch.reset_answered(0, 1000, 0.0)
    metrics = {"route_completion": 40.0, "red_light": 2.0}
    watch.status_received(EpisodeStatus(0, 1000, "done", False, 33, 34, metrics=metrics), 1.0)
    assert watch.result is not None
    results = Results(setting=SETTING).with_episode(watch.result)
    path = tmp_path / "results.json"
    save_results(path, results)
    data = json.loads(path.read_text())
    assert data["summary"]["mean_metrics"] == metrics
    assert load_results(path) == results
    del data["episodes"][0]["metrics"], data["summary"]["mean_metrics"]
    path.write_text(json.dumps(data))
    assert load_results(path).episodes[0].metrics == {}


def test_somebody_elses_reset_ends_the_evaluation() -> None:
    watch = EpisodeWatch(1000, 10.0, 0.0)
    watch.reset_answered(4, 1000, 0.0)
    watch.status_received(status(3), 1.0)
    assert watch.result is None
    with pytest.raises(AfilError, match="somebody called world/reset in the episode of seed 1000"):
        watch.status_received(status(5, state="running", seed=1001), 2.0)


def test_the_interval_agrees_with_a_published_example() -> None:
    # 81 of 263, 95 %: Newcombe, Statistics in Medicine 17 (1998), table I, method 3.
    assert wilson_interval(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert wilson_interval(0, 20)[0] == 0.0
    assert wilson_interval(20, 20)[1] == 1.0


def test_a_rate_is_printed_with_count_and_interval() -> None:
    assert describe(20, 20) == "20/20 = 100% (95 % interval 84% to 100%)"
    assert describe(0, 0) == "no episodes"


def test_an_evaluation_goes_on_after_the_last_seed_and_in_the_same_setting(
    tmp_path: Path,
) -> None:
    path = tmp_path / "results.json"
    assert begin_or_resume(path, SETTING).next_seed == 1000
    save_results(path, Results(setting=SETTING).with_episode(episode(1000)))
    assert begin_or_resume(path, SETTING).next_seed == 1001
    other = SETTING.model_copy(update={"trained_at": "2026-01-02", "cue": "broken"})
    with pytest.raises(AfilError, match=r"trained_at: .*cue: intact != broken"):
        begin_or_resume(path, other)
    with pytest.raises(AfilError, match="seed 1005 where seed 1000"):
        Results(setting=SETTING).with_episode(episode(1005))


def test_without_a_task_the_results_are_of_the_one_that_the_world_says(tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    asked = SETTING.model_copy(update={"task": ""})
    watch = EpisodeWatch(1000, 10.0, 0.0)
    watch.reset_answered(0, 1000, 0.0)
    done = EpisodeStatus(0, 1000, "done", False, 33, 34, score=0.25, task="lift_carrot")
    watch.status_received(done, 1.0)
    assert watch.result is not None and watch.result.score == 0.25
    results = begin_or_resume(path, asked).with_episode(watch.result).in_task(watch.task)
    assert results.setting == SETTING
    save_results(path, results)
    assert begin_or_resume(path, asked) == begin_or_resume(path, SETTING) == results
    with pytest.raises(AfilError, match="task: lift_carrot != fold_towel"):
        begin_or_resume(path, SETTING.model_copy(update={"task": "fold_towel"}))


@pytest.mark.parametrize("text", ["{", "{}", '{"format": 9}', '{"format": 1, "setting": {}}'])
def test_a_file_that_is_no_results_is_not_overwritten(tmp_path: Path, text: str) -> None:
    path = tmp_path / "results.json"
    path.write_text(text)
    with pytest.raises(AfilError, match=r"results.json holds no results"):
        begin_or_resume(path, SETTING)
    assert path.read_text() == text


def test_an_episode_ends_with_its_own_status_alone() -> None:
    watch = EpisodeWatch(1000, 10.0, 0.0)
    watch.status_received(status(6), 0.5)
    watch.reset_answered(7, 1000, 1.0)
    assert watch.result is None
    watch.status_received(status(7, state="running"), 2.0)
    watch.status_received(status(6), 2.5)
    assert watch.result is None
    watch.status_received(status(7), 3.0)
    assert watch.result == episode(1000, steps=33)


def test_a_status_that_overtakes_the_answer_counts() -> None:
    watch = EpisodeWatch(1000, 10.0, 0.0)
    watch.status_received(status(7), 0.5)
    watch.reset_answered(7, 1000, 1.0)
    assert watch.result is not None


def test_refusal_wrong_seed_and_silence_are_sentences() -> None:
    with pytest.raises(AfilError, match="busy"):
        EpisodeWatch(1000, 10.0, 0.0).reset_answered(None, 0, 1.0, "busy")
    with pytest.raises(AfilError, match="seed 5 where seed 1000"):
        EpisodeWatch(1000, 10.0, 0.0).reset_answered(0, 5, 1.0)
    watch = EpisodeWatch(1000, 10.0, 0.0)
    watch.require_news(9.0)
    with pytest.raises(AfilError, match="world/reset for 10 s"):
        watch.require_news(11.0)
    watch.reset_answered(0, 1000, 12.0)
    with pytest.raises(AfilError, match="world/episode for 10 s"):
        watch.require_news(23.0)


# A child that starts a grandchild, tells both numbers, and ends on SIGINT as launch does.
_TREE = """
import signal, subprocess, sys, time
signal.signal(signal.SIGINT, signal.default_int_handler)  # also where it is ignored outside
try:
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    print(child.pid, flush=True)
    time.sleep(60)
except KeyboardInterrupt:
    pass
"""


def test_no_process_of_the_group_outlives_the_evaluation(tmp_path: Path) -> None:
    log = tmp_path / "out.log"
    with ProcessGroup([sys.executable, "-c", _TREE], log) as group:
        end_s = time.monotonic() + 20
        while not log.read_text().strip() and time.monotonic() < end_s:
            time.sleep(0.05)
        group.require_alive()
        grandchild = int(log.read_text())
        os.kill(grandchild, 0)
    end_s = time.monotonic() + 10
    while time.monotonic() < end_s:
        try:
            os.kill(grandchild, 0)
        except ProcessLookupError:
            return
        time.sleep(0.05)
    pytest.fail("the grandchild still runs")


# A launch without a terminal passes SIGINT on to its node, which prints each one that it gets.
_LAUNCH = """
import signal, subprocess, sys, time
node = '''
import signal, sys, time
told = []
signal.signal(signal.SIGINT, lambda *_: told.append(print("told", flush=True)))
sys.stdin.readline()
print("up", flush=True)
end = time.monotonic() + 20
while not told and time.monotonic() < end:
    time.sleep(0.05)
time.sleep(1.0)
'''
signal.signal(signal.SIGINT, signal.default_int_handler)  # also where it is ignored outside
try:
    child = subprocess.Popen([sys.executable, "-c", node], stdin=subprocess.PIPE)
    child.stdin.write(b"go on\\n")  # it is up when this launch knows it
    child.stdin.flush()
    time.sleep(60)
except KeyboardInterrupt:
    time.sleep(0.3)  # two signals at the same moment would be one
    child.send_signal(signal.SIGINT)
    child.wait()
"""


def test_a_node_is_told_to_end_once(tmp_path: Path) -> None:
    log = tmp_path / "out.log"
    with ProcessGroup([sys.executable, "-c", _LAUNCH], log):
        end_s = time.monotonic() + 20
        while "up" not in log.read_text() and time.monotonic() < end_s:
            time.sleep(0.05)
    assert log.read_text().split() == ["up", "told"]


def test_a_system_that_ended_is_reported_with_its_error(tmp_path: Path) -> None:
    log = tmp_path / "out.log"
    script = "print('hello'); print('error: no such robot'); print('bye')"
    with ProcessGroup([sys.executable, "-c", script], log) as group:
        group._wait(20)
        with pytest.raises(AfilError, match=r"\(no such robot\).*out.log"):
            group.require_alive()
    log.write_text("")
    assert last_error(log) == "it printed nothing"
