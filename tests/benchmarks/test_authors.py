import json
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from afil_core.errors import AfilError
from afil_core.saliency import KeyObject
from afil_perception.saliency import SaliencyConfig, saliency_map, to_uint8
from benchmarks.authors import __main__ as authors
from benchmarks.authors.compare import compare
from benchmarks.authors.data import follow_first_box, load_authors_video

SIZE = (120, 160)


def moving_disc(color: tuple[int, int, int]) -> list[np.ndarray]:
    """Ten frames of a gray table on which a disc moves to the right."""
    frames = []
    for k in range(10):
        frame = np.full((*SIZE, 3), (120, 118, 115), np.uint8)
        cv2.circle(frame, (30 + 5 * k, 60), 8, color, -1)
        frames.append(frame)
    return frames


def write_video(frames: list[np.ndarray], path: Path) -> None:
    codec = cv2.VideoWriter.fourcc(*"MJPG")
    writer = cv2.VideoWriter(str(path), codec, 20.0, (SIZE[1], SIZE[0]))
    for frame in frames:
        writer.write(frame[:, :, ::-1])
    writer.release()


def publish_as_the_authors(folder: Path, frames: list[np.ndarray], driving: bool) -> None:
    """A folder as the authors' data have it; their maps follow the formula with two frames."""
    folder.mkdir(parents=True)
    write_video(frames, folder / "original.avi")
    (folder / "original.avi").rename(folder / "original.mp4")
    boxes = [[(22 + 5 * k, 52, 39 + 5 * k, 69)] for k in range(len(frames))]
    (folder / "kept_boxes.json").write_text(json.dumps(boxes))
    config = SaliencyConfig().for_scene(driving=driving)
    objects = [[KeyObject(1, "", 1.0, box) for box in frame] for frame in boxes]
    maps = [
        to_uint8(saliency_map({0: o, -1: objects[k - 1] if k else []}, SIZE, config, (30, 40)))
        for k, o in enumerate(objects)
    ]
    np.savez(folder / "saliency.npz", saliency=np.stack(maps))


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Both videos; the second shows a red disc to stop at."""
    orange, red = moving_disc((255, 130, 10)), moving_disc((200, 10, 10))
    publish_as_the_authors(tmp_path / "a/lift_carrot_confounded", orange, False)
    publish_as_the_authors(tmp_path / "a/route_2416_seed_201", red, True)
    return tmp_path / "a"


def test_maps_made_by_the_formula_correlate_fully_and_the_baseline_less(data: Path) -> None:
    figures = {f.metric: f for f in compare(data, say=lambda _: None)}
    for folder in ("lift_carrot_confounded", "route_2416_seed_201"):
        figure = figures[f"{folder}.map_correlation.median"]
        assert figure.value > 0.999 and figure.ok is True and figure.n == 10
        assert figure.baseline is not None and figure.baseline < figure.value
    near = figures["lift_carrot_confounded.detection_within_25_px"]
    assert (near.value, near.n, near.ok) == (1.0, 10, True)
    assert near.baseline is not None and near.baseline < 1.0


def test_boxes_that_tell_nothing_of_the_maps_miss_the_target(data: Path) -> None:
    path = data / "lift_carrot_confounded" / "kept_boxes.json"
    path.write_text(json.dumps([[[140, 5, 150, 15]]] * 10))
    figures = {f.metric: f for f in compare(data, say=lambda _: None)}
    assert figures["lift_carrot_confounded.map_correlation.median"].ok is False
    assert figures["lift_carrot_confounded.detection_within_25_px"].value == 0.0


def command(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["benchmarks.authors", *arguments])
    return authors.main()


def test_the_command_prints_a_line_and_writes_a_record_per_figure(
    data: Path, tmp_path: Path, monkeypatch, capsys
) -> None:
    results = tmp_path / "results" / "authors.jsonl"
    assert command(monkeypatch, "--data", str(data), "--results", str(results)) == 0
    records = [json.loads(line) for line in results.read_text().splitlines()]
    printed = capsys.readouterr().out
    assert len(records) == 7
    for record in records:
        assert {"metric", "value", "unit", "target", "ok", "baseline"} <= record.keys()
        assert f"{record['metric']}: " in printed


def test_a_missed_target_ends_the_command_with_an_error(data: Path, monkeypatch, capsys) -> None:
    path = data / "lift_carrot_confounded" / "kept_boxes.json"
    path.write_text(json.dumps([[[140, 5, 150, 15]]] * 10))
    assert command(monkeypatch, "--data", str(data)) == 2
    assert "below the target: lift_carrot_confounded.map_corr" in capsys.readouterr().err


def test_where_the_data_are_absent_the_command_says_so(tmp_path: Path, monkeypatch, capsys):
    assert command(monkeypatch, "--data", str(tmp_path / "none")) == 2
    error = capsys.readouterr().err
    assert "the authors' data are not here" in error and error.count("\n") == 1


def test_a_missing_file_is_named(data: Path) -> None:
    (data / "route_2416_seed_201" / "saliency.npz").unlink()
    with pytest.raises(AfilError, match=r"route_2416_seed_201/saliency\.npz is missing"):
        compare(data)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("kept_boxes.json", b"[[1, 2]]"),
        ("kept_boxes.json", b"not json"),
        ("saliency.npz", b"not an archive"),
    ],
)
def test_a_broken_file_is_named(data: Path, name: str, content: bytes) -> None:
    folder = data / "lift_carrot_confounded"
    (folder / name).write_bytes(content)
    with pytest.raises(AfilError, match=name):
        load_authors_video(folder)


def test_files_of_different_lengths_do_not_fit(data: Path) -> None:
    folder = data / "lift_carrot_confounded"
    (folder / "kept_boxes.json").write_text("[[[1, 2, 3, 4]]]")
    with pytest.raises(AfilError, match=r"has 1 frames, but saliency\.npz has 10"):
        load_authors_video(folder)


def test_an_object_is_followed_by_overlap_through_a_gap() -> None:
    first, moved = (0.0, 0.0, 10.0, 10.0), (2.0, 0.0, 12.0, 10.0)
    other = (50.0, 0.0, 60.0, 10.0)
    followed = follow_first_box(((first, other), (other,), (other, moved), ()))
    assert followed == [first, None, moved, None]
