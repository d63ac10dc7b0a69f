"""A dataset perceived with a VLM behind a real server that misbehaves."""

import importlib.util
import json
import threading
import time
from pathlib import Path

import pytest

from afil_perception.describe import DESCRIBERS
from afil_perception.filter import FILTERS
from afil_perception.pipeline.cache import StageCache
from afil_perception.pipeline.config import PerceptionConfig
from afil_perception.pipeline.dataset import perceive_dataset, survey
from afil_perception.pipeline.estimate import estimate
from afil_perception.pipeline.pipeline import Pipeline
from afil_perception.pipeline.run_config import RunConfig
from afil_perception.vlm import VLMS

_SPEC = importlib.util.spec_from_file_location(
    "vlm_conftest", Path(__file__).parents[1] / "vlm" / "conftest.py"
)
_CONFTEST = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(_CONFTEST)
server, steps = _CONFTEST.server, _CONFTEST.steps

DESCRIBED = json.dumps({"intent": "Lifts it.", "objects": [{"phrase": "carrot"}]})
KEPT = json.dumps({"keep": [{"number": 1, "why": "it is lifted"}]})


def answers(handler) -> None:
    """As a model would, by the schema that is asked for."""
    wanted = handler.server.bodies[-1]["response_format"]["json_schema"]["name"]
    text = KEPT if wanted.startswith("Kept") else DESCRIBED
    handler.send(200, _CONFTEST.completion(text))


@pytest.fixture
def config(server):
    def make(ask_per: str = "episode", **options: object) -> PerceptionConfig:
        chosen = {"base_url": server.url, "model": "tiny", "tries": 2} | options
        return PerceptionConfig(
            vlm=VLMS.select("openai", **chosen),
            describer=DESCRIBERS.select("vlm", frames=2, ask_per=ask_per),
            filter=FILTERS.select("vlm"),
        )

    return make


def perceive(dataset: Path, config: PerceptionConfig, jobs: int = 1):
    lines: list[str] = []
    run = RunConfig(jobs=jobs)
    return perceive_dataset(dataset, config, say=lines.append, warn=lines.append, run=run), lines


def test_what_is_asked_is_estimated_before_and_told_after(
    make_episode, moving_carrot, server, config
) -> None:
    episode = make_episode(moving_carrot)
    server.script = [answers]
    report, lines = perceive(episode.path.parent, config())
    assert report.written == 1 and len(server.bodies) == 2
    # Half a second of frames, and half a second between two questions.
    assert any("about 2 times (1 to describe, about 1 to filter" in line for line in lines)
    assert "VLM: 2 requests, 200 tokens sent, 20 answered; with former runs 2" in report.summary
    report, lines = perceive(episode.path.parent, config())
    assert (report.written, report.skipped) == (0, 1) and len(server.bodies) == 2
    assert not any("the VLM will be asked" in line for line in lines)


def test_more_questions_than_expected_are_not_called_impossible(
    make_episode, draw, server, config
) -> None:
    # Every other frame the carrot is somewhere else: what was kept is lost from sight.
    places = [(20, 20), (140, 100), (20, 100), (140, 20), (80, 60)]
    frames = [draw([(*place, 8, (255, 130, 10))]) for place in places for _ in range(2)]
    server.script = [answers]
    _, lines = perceive(make_episode(frames).path.parent, config())
    assert len(server.bodies) == 6
    (said,) = (line for line in lines if "the VLM will be asked" in line)
    assert "about 2 times" in said and "more where what was kept" in said
    assert "at most" not in said and "vlm.budget" in said


def test_to_expect_what_is_asked_no_recording_is_read(
    make_episode, moving_carrot, config, monkeypatch
) -> None:
    dataset = make_episode(moving_carrot).path.parent
    pipeline = Pipeline(config())
    due = survey(dataset, pipeline).due

    def never(*_: object, **__: object) -> None:
        raise AssertionError("the recording was read")

    monkeypatch.setattr("afil_perception.clips.episode.read_bag", never)
    expected = estimate(due, pipeline, StageCache(None))
    assert (expected.describe, expected.filter) == (1, 1)


def test_a_stage_that_fails_marks_its_episode_and_the_run_goes_on(
    make_episode, moving_carrot, server, steps, config
) -> None:
    for k in range(2):
        episode = make_episode(moving_carrot[k:])
    dataset = episode.path.parent
    # The first episode is described, and its filter fails twice.
    server.script = [answers, steps.status(500), steps.status(500), answers]
    report, _ = perceive(dataset, config())
    assert report.written == 1 and len(report.failures) == 1
    assert "episode_000000" in report.failures[0] and "in 2 tries" in report.failures[0]
    assert not (dataset / "episode_000000" / "saliency").exists()
    said = survey(dataset, Pipeline(config())).lines()
    assert "it failed: " in said[0] and said[1] == "episode_000001: up to date"
    # What was answered is not asked again.
    asked = len(server.bodies)
    report, _ = perceive(dataset, config())
    assert report.written == 1 and len(server.bodies) == asked + 1
    assert survey(dataset, Pipeline(config())).lines()[0] == "episode_000000: up to date"


def test_one_description_serves_all_episodes_of_a_task(
    make_episode, moving_carrot, server, config
) -> None:
    for k in range(4):
        episode = make_episode(moving_carrot[k:])
    server.script = [answers]
    report, _ = perceive(episode.path.parent, config(ask_per="instruction"), jobs=4)
    assert report.written == 4
    names = [b["response_format"]["json_schema"]["name"] for b in server.bodies]
    assert names.count("NamedObjects") == 1 and len(names) == 5


def test_a_spent_budget_ends_the_run_and_says_what_is_left(
    make_episode, moving_carrot, server, config
) -> None:
    for k in range(3):
        episode = make_episode(moving_carrot[k:])
    dataset = episode.path.parent
    server.script = [answers]
    report, _ = perceive(dataset, config(budget={"requests": 3}))
    assert (report.written, report.not_begun, len(report.failures)) == (1, 2, 1)
    assert "budget of 3 requests" in report.failures[0]
    assert "bags that failed 0, not begun 2" in report.summary
    report, _ = perceive(dataset, config(budget={"requests": 6}))
    assert (report.written, report.skipped, report.not_begun) == (2, 1, 0)
    assert len(server.bodies) == 6


def test_why_names_what_results_follow_from_and_not_how_it_is_asked(
    make_episode, moving_carrot, server, config
) -> None:
    dataset = make_episode(moving_carrot).path.parent
    server.script = [answers]
    perceive(dataset, config())
    (line,) = survey(
        dataset, Pipeline(config(model="other", tries=5, budget={"tokens": 9}))
    ).lines()
    assert line.endswith("what 'describe' follows from changed: vlm.model is other, was tiny")


def test_several_episodes_wait_for_answers_at_once(
    make_episode, moving_carrot, server, config
) -> None:
    for k in range(4):
        episode = make_episode(moving_carrot[k:])

    def slowly(handler) -> None:
        patience_s = time.monotonic() + 10
        while server.most_at_once < 3 and time.monotonic() < patience_s:
            time.sleep(0.01)
        answers(handler)

    server.script = [slowly]
    report, _ = perceive(episode.path.parent, config(), jobs=4)
    assert report.written == 4 and server.most_at_once >= 3


def test_an_interrupt_waits_for_no_answer_and_is_no_failure_of_an_episode(
    make_episode, moving_carrot, server, steps, config, ctrl_c
) -> None:
    for k in range(3):
        dataset = make_episode(moving_carrot[k:]).path.parent
    server.script = [steps.sleeps(20)]

    def interrupt() -> None:
        while len(server.bodies) < 2:
            time.sleep(0.01)
        ctrl_c()

    threading.Thread(target=interrupt).start()
    begun_s = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        perceive(dataset, config(timeout_s=30.0), jobs=2)
    assert time.monotonic() - begun_s < 10
    assert all(
        line.endswith("it was never perceived")
        for line in survey(dataset, Pipeline(config())).lines()
    )
