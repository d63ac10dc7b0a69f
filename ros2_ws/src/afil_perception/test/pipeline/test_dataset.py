import shutil
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from afil_core.bags import BagWriter
from afil_core.episodes import Episode, list_episodes
from afil_core.errors import AfilError
from afil_perception.clips.identity import digest
from afil_perception.detect import DETECTORS
from afil_perception.pipeline.config import PerceptionConfig
from afil_perception.pipeline.dataset import DatasetReport, perceive_dataset, survey
from afil_perception.pipeline.locks import alone
from afil_perception.pipeline.pipeline import Pipeline
from afil_perception.pipeline.run_config import RunConfig


def perceive(path: Path, lines: list[str] | None = None) -> DatasetReport:
    say = (lambda _: None) if lines is None else lines.append
    return perceive_dataset(path, PerceptionConfig(), say=say, warn=say)


def test_every_episode_gets_its_sidecar_and_progress_is_told(make_episode, moving_carrot) -> None:
    episodes = [make_episode(moving_carrot), make_episode(moving_carrot)]
    lines: list[str] = []
    report = perceive(episodes[0].path.parent, lines)
    assert (report.written, report.skipped, report.failures) == (2, 0, ())
    assert all(len(list(e.saliency_maps("image"))) == 10 for e in episodes)
    assert "perceived 2/2" in lines[-1] and "10 of 10 frames" in lines[-1]
    assert "Stand-ins without trained weights: instruction for a vision-language" in report.summary


def test_who_looks_for_long_at_what_there_is_to_do_says_how_far_it_is(
    make_episode, moving_carrot, monkeypatch
) -> None:
    for _ in range(2):
        dataset = make_episode(moving_carrot).path.parent
    lines: list[str] = []
    survey(dataset, Pipeline(PerceptionConfig()), lines.append)
    assert lines == []
    monkeypatch.setattr("afil_perception.pipeline.dataset._QUIET_S", 0.0)
    perceive(dataset, lines)
    assert any("recordings looked at 2/2" in line for line in lines)


def test_a_second_run_skips_what_is_done(make_episode, moving_carrot) -> None:
    dataset = make_episode(moving_carrot).path.parent
    perceive(dataset)
    make_episode(moving_carrot)
    report = perceive(dataset)
    assert (report.written, report.skipped) == (1, 1)


def test_a_single_episode_may_be_given(make_episode, moving_carrot) -> None:
    assert perceive(make_episode(moving_carrot).path).written == 1


def test_a_dataset_that_cannot_be_written_is_one_sentence(
    make_episode, moving_carrot, monkeypatch
) -> None:
    dataset = make_episode(moving_carrot).path.parent
    (dataset / ".perception").touch()
    with pytest.raises(AfilError, match=r"\.perception cannot be written \(File exists\)"):
        perceive(dataset)
    (dataset / ".perception").unlink()
    monkeypatch.setattr("os.access", lambda *_: False)
    with pytest.raises(AfilError, match=r"written \(Permission denied\), so there is no place"):
        perceive(dataset)


def truncate(episode: Episode) -> None:
    bag = next(episode.path.glob("*.mcap"))
    bag.write_bytes(bag.read_bytes()[:2000])


def empty(episode: Episode) -> None:
    next(episode.path.glob("*.mcap")).write_bytes(b"")


def lose_the_bag(episode: Episode) -> None:
    next(episode.path.glob("*.mcap")).unlink()


def lose_the_metadata(episode: Episode) -> None:
    (episode.path / "metadata.yaml").unlink()


def garble_the_episode_file(episode: Episode) -> None:
    (episode.path / "episode.yaml").write_text("a: [")


@pytest.mark.parametrize(
    "harm", [truncate, empty, lose_the_bag, lose_the_metadata, garble_the_episode_file]
)
def test_a_bad_bag_is_named_and_harms_no_other(make_episode, moving_carrot, harm) -> None:
    bad = make_episode(moving_carrot)
    good = make_episode(moving_carrot)
    harm(bad)
    report = perceive(bad.path.parent)
    assert report.written == 1
    assert len(report.failures) == 1 and str(bad.path) in report.failures[0]
    assert "\n" not in report.failures[0]
    assert len(list(good.saliency_maps("image"))) == 10
    assert not bad.saliency_path.exists()


def test_a_foreign_bag_is_named(make_episode, moving_carrot) -> None:
    good = make_episode(moving_carrot)
    foreign = good.path.parent / "other_bag"
    BagWriter(foreign).close()
    report = perceive(good.path.parent)
    assert report.written == 1
    assert len(report.failures) == 1 and "other_bag is no episode" in report.failures[0]


def test_an_instruction_without_a_known_color_fails_by_name(make_episode, moving_carrot) -> None:
    episode = make_episode(moving_carrot, instruction="lift the gizmo")
    report = perceive(episode.path.parent)
    assert str(episode.path) in report.failures[0] and "'gizmo'" in report.failures[0]


def test_a_phrase_without_a_known_color_beside_others_is_told_once(
    make_episode, moving_carrot
) -> None:
    for _ in range(2):
        episode = make_episode(moving_carrot, instruction="put the carrot into the gizmo")
    lines: list[str] = []
    assert perceive(episode.path.parent, lines).written == 2
    assert sum("'gizmo'" in line for line in lines) == 1


@pytest.mark.parametrize("name", ["missing", "empty"])
def test_a_folder_without_episodes_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(AfilError, match=f"dataset .*{name}"):
        perceive(tmp_path / name)


def torn(frames, *indices: int):
    return [b"\x00\x01\x00\x00" if k in indices else frame for k, frame in enumerate(frames)]


def test_what_was_left_out_is_told_with_its_reason(make_episode, moving_carrot) -> None:
    episode = make_episode(torn(moving_carrot, 3))
    lines: list[str] = []
    assert perceive(episode.path.parent, lines).written == 1
    (said,) = (line for line in lines if "left out" in line)
    assert "episode_000000: 1 of 10 frames of /camera/image_raw left out" in said
    assert "not a valid sensor_msgs/msg/Image" in said and "(1)" in said
    assert "key objects in 9 of 9 frames" in lines[-1]


def test_an_episode_that_lost_too_much_is_refused_and_harms_no_other(
    make_episode, moving_carrot
) -> None:
    bad = make_episode(torn(moving_carrot, 3, 7))
    make_episode(moving_carrot)
    lines: list[str] = []
    report = perceive(bad.path.parent, lines)
    assert report.written == 1 and not bad.saliency_path.exists()
    assert str(bad.path) in report.failures[0]
    assert "2 of 10 frames of /camera/image_raw left out" in report.failures[0]
    assert "more than 10 % (max_lost_share)" in report.failures[0]


def test_results_of_stages_lie_hidden_in_the_dataset(make_episode, moving_carrot) -> None:
    episode = make_episode(moving_carrot)
    perceive(episode.path)
    folders = (episode.path.parent / ".perception").iterdir()
    stages = {p.name for p in folders if not p.name.startswith(".")}
    assert stages == {"describe", "instances", "filter"}
    assert {p.name for p in episode.path.iterdir() if p.name.startswith(".")} == set()


def test_jobs_at_once_do_the_same(make_episode, moving_carrot, tmp_path) -> None:
    for _ in range(3):
        make_episode(moving_carrot)
    shutil.copytree(tmp_path / "demos", tmp_path / "again")
    perceive(tmp_path / "demos")
    run = RunConfig(jobs=3)
    report = perceive_dataset(tmp_path / "again", PerceptionConfig(), run=run, say=lambda _: None)
    assert (report.written, report.failures) == (3, ())
    for one, other in zip(
        list_episodes(tmp_path / "demos"), list_episodes(tmp_path / "again"), strict=True
    ):
        for (_, a), (_, b) in zip(
            one.saliency_maps("image"), other.saliency_maps("image"), strict=True
        ):
            np.testing.assert_array_equal(a, b)


def test_an_interrupt_ends_all_jobs(make_episode, moving_carrot) -> None:
    for _ in range(4):
        episode = make_episode(moving_carrot)

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        perceive_dataset(episode.path.parent, PerceptionConfig(), interrupt, run=RunConfig(jobs=2))
    assert not any(e.saliency_path.exists() for e in list_episodes(episode.path.parent))
    assert perceive(episode.path.parent).written == 4


def test_an_interrupt_waits_for_no_other_run(make_episode, moving_carrot, ctrl_c) -> None:
    for _ in range(2):
        episode = make_episode(moving_carrot)
    dataset = episode.path.parent
    with alone(dataset / ".perception", digest(episode.path.name), digits=32):
        # One episode is done, and the other is another run's.
        threading.Timer(3.0, ctrl_c).start()
        begun_s = time.monotonic()
        with pytest.raises(KeyboardInterrupt):
            perceive_dataset(dataset, PerceptionConfig(), run=RunConfig(jobs=2))
        assert time.monotonic() - begun_s < 15
    assert [e.saliency_path.exists() for e in list_episodes(dataset)] == [True, False]
    assert not any("it failed" in line for line in why(dataset))


def why(dataset: Path, config: PerceptionConfig | None = None) -> list[str]:
    return survey(dataset, Pipeline(config or PerceptionConfig())).lines()


def test_why_says_what_changed(make_episode, moving_carrot) -> None:
    episode = make_episode(moving_carrot)
    dataset = episode.path.parent
    assert why(dataset) == ["episode_000000: it was never perceived"]
    perceive(dataset)
    assert why(dataset) == ["episode_000000: up to date"]
    faint = PerceptionConfig(detector=DETECTORS.select("color", min_score=0.3))
    (line,) = why(dataset, faint)
    assert line.endswith(
        "what 'instances' follows from changed: detector.min_score is 0.3, was 0.4"
    )
    text = (episode.path / "episode.yaml").read_text()
    (episode.path / "episode.yaml").write_text(text.replace("lift the carrot", "lift carrot"))
    (line,) = why(dataset)
    assert "the instruction is 'lift carrot', was 'lift the carrot'" in line


def test_a_failed_episode_is_marked_until_it_is_perceived(make_episode, moving_carrot) -> None:
    episode = make_episode(moving_carrot, instruction="lift the gizmo")
    dataset = episode.path.parent
    perceive(dataset)
    (line,) = why(dataset)
    assert "it was never perceived (it failed: " in line and "'gizmo'" in line
    text = (episode.path / "episode.yaml").read_text()
    (episode.path / "episode.yaml").write_text(text.replace("gizmo", "carrot"))
    perceive(dataset)
    assert why(dataset) == ["episode_000000: up to date"]


def test_two_runs_at_once_share_the_work(make_episode, moving_carrot) -> None:
    dataset = make_episode(moving_carrot).path.parent
    make_episode(moving_carrot[1:])
    reports: list[DatasetReport] = []
    runs = [threading.Thread(target=lambda: reports.append(perceive(dataset))) for _ in range(3)]
    for run in runs:
        run.start()
    for run in runs:
        run.join()
    assert [report.failures for report in reports] == [()] * 3
    assert sum(report.written for report in reports) == 2
