from pathlib import Path

import pytest

from afil_core.errors import AfilError
from afil_core.saliency import KeyObject
from afil_perception.clips import Loss
from afil_perception.pipeline.config import PerceptionConfig
from afil_perception.pipeline.corrections import Correction, Corrector, load_corrections
from afil_perception.pipeline.dataset import perceive_dataset
from afil_perception.pipeline.frames import LostFrame, SeenFrame
from afil_perception.pipeline.pipeline import Pipeline
from afil_perception.track import TRACKERS

TOPIC = "/camera/image_raw"
OBJECTS = (
    KeyObject(1, "carrot", 0.9, (0.0, 0.0, 10.0, 10.0)),
    KeyObject(2, "pot", 0.8, (20.0, 0.0, 30.0, 10.0)),
)


def corrected(index: int = 0, **correction: object) -> list[tuple[int, str]]:
    corrector = Corrector([Correction(episode="e", **correction)])
    frame = SeenFrame(index, 0, (50, 60), OBJECTS, kept=(1,))
    return [(o.id, o.phrase) for o in corrector.corrected(frame).objects]


def test_each_correction_does_what_it_says() -> None:
    assert corrected(drop=9) == [(1, "carrot")]
    assert corrected(drop=1) == []
    assert corrected(keep=2) == [(1, "carrot"), (2, "pot")]
    assert corrected(rename=1, to="toy carrot") == [(1, "toy carrot")]
    assert corrected(rename=2, to="pan") == [(1, "carrot")]
    (_, (number, phrase)) = corrected(add="lid", box=(40, 40, 90, 45))
    assert phrase == "lid" and number > 1000


def test_a_correction_holds_in_its_frames_alone() -> None:
    assert [len(corrected(index, drop=1, frames=(2, 3))) for index in range(5)] == [1, 1, 0, 0, 1]


def test_a_lost_frame_stays_lost_and_what_nobody_saw_is_told() -> None:
    corrector = Corrector([Correction(episode="e", drop=7)])
    lost = LostFrame(0, Loss("broken", "torn"))
    assert corrector.corrected(lost) is lost
    assert "corrects object 7, which is not there" in corrector.problems()[0]


def test_boxes_and_frames_that_are_not_there_are_told_and_left_out() -> None:
    corrections = [
        Correction(episode="e", add="lid", box=(70, 5, 90, 9)),
        Correction(episode="e", drop=1, frames=(7, 9)),
    ]
    corrector = Corrector(corrections)
    frame = SeenFrame(0, 0, (50, 60), OBJECTS, kept=(1,))
    assert [o.id for o in corrector.corrected(frame).objects] == [1]
    frames, box = corrector.problems()
    assert "corrects frames 7 to 9, which are not there" in frames
    assert "adds 'lid' at [70, 5, 90, 9], outside of the image of 60x50 pixels" in box


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("{episode: e}", "exactly one of drop, keep, rename and add"),
        ("{episode: e, drop: 1, keep: 2}", "exactly one of drop, keep, rename and add"),
        ("{episode: e, rename: 1}", "needs both: rename"),
        ("{episode: e, add: pot}", "needs both: add"),
        ("{episode: e, add: pot, box: [5, 5, 5, 9]}", "has an empty box"),
        ("{episode: e, drop: 1, frames: [9, 3]}", "has no frames"),
        ("{episode: e, dorp: 1}", "did you mean 'drop'"),
    ],
)
def test_a_file_that_can_not_be_read_is_a_sentence(tmp_path, line, sentence) -> None:
    (tmp_path / "corrections.yaml").write_text(f"corrections:\n  - {line}\n")
    with pytest.raises(AfilError, match=f"corrections.yaml: corrections.*{sentence}"):
        load_corrections(tmp_path)


def perceive(dataset: Path, lines: list[str] | None = None, **config: object):
    say = [].append if lines is None else lines.append
    return perceive_dataset(dataset, PerceptionConfig(**config), say=say, warn=say)


def test_only_what_depends_on_a_correction_is_redone(
    make_episode, moving_carrot, monkeypatch
) -> None:
    episode, other = make_episode(moving_carrot), make_episode(moving_carrot)
    dataset = episode.path.parent
    perceive(dataset)
    (dataset / "corrections.yaml").write_text(
        "corrections:\n"
        "  - {episode: episode_000000, rename: 1, to: toy}\n"
        "  - {episode: episode_000000, add: ball, box: [111, 21, 130, 40], frames: [0, 4]}\n"
        "  - {episode: episode_9, drop: 3}\n"
        "  - {episode: episode_000000, stream: wrist, drop: 1}\n"
    )

    def never(*_: object, **__: object) -> None:
        raise AssertionError("it was done again")

    monkeypatch.setattr("afil_perception.detect.color.ColorDetector.detect", never)
    monkeypatch.setattr("afil_perception.filter.instruction.InstructionFilter.keep", never)
    lines: list[str] = []
    report = perceive(dataset, lines)
    assert (report.written, report.skipped, report.failures) == (1, 1, ())
    assert "corrections.yaml names episode_9, which is no episode" in lines
    assert any("names stream 'wrist' of episode_000000, which has image" in x for x in lines)
    assert any("what 'corrections' follows from changed" in line for line in lines)
    found = [[o.phrase for o in objects] for _, objects in episode.sidecar.key_objects(TOPIC)]
    assert found == [["toy", "ball"]] * 5 + [["toy"]] * 5
    (dataset / "corrections.yaml").unlink()
    perceive(dataset)
    found = [[o.phrase for o in objects] for _, objects in episode.sidecar.key_objects(TOPIC)]
    assert found == [["carrot"]] * 10 and Pipeline(PerceptionConfig()).vlm is None
    assert other.sidecar.exists()


def test_corrections_of_numbers_are_told_when_objects_get_others(make_episode, draw) -> None:
    carrot, flash = (60, 60, 8, (255, 130, 10)), (120, 30, 8, (255, 130, 10))
    episode = make_episode([draw([flash])] + [draw([carrot])] * 5, "move the carrots")
    dataset = episode.path.parent
    keeps_all = TRACKERS.select("iou", min_frames=1)
    perceive(dataset, tracker=keeps_all)
    (dataset / "corrections.yaml").write_text(
        "corrections:\n"
        "  - {episode: episode_000000, rename: 1, to: reflection}\n"
        "  - {episode: episode_000000, add: pot, box: [1, 1, 9, 9]}\n"
    )
    lines: list[str] = []
    perceive(dataset, lines, tracker=keeps_all)
    assert not any("tracked anew" in line for line in lines)
    drops = TRACKERS.select("iou", max_gap_frames=3)
    perceive(dataset, lines, tracker=drops)
    (said,) = (line for line in lines if "tracked anew" in line)
    assert said.startswith("episode_000000: corrections.yaml corrects objects 1 of image, but")
    lines.clear()
    perceive(dataset, lines, tracker=drops)
    assert not any("tracked anew" in line for line in lines)
