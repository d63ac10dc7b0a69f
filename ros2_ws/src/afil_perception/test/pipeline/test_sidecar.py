import hashlib
import os
import subprocess
from pathlib import Path

import numpy as np
import pytest

from afil_core.bags import bag_info
from afil_core.contract import load_contract
from afil_core.errors import AfilError
from afil_core.registry import Selection
from afil_core.saliency import KeyObject, Rle, box_center
from afil_core.schema import Schema, to_plain
from afil_perception.clips.scene import scene_of
from afil_perception.pipeline.config import PerceptionConfig
from afil_perception.pipeline.decisions import read_decisions, read_description
from afil_perception.pipeline.pipeline import Pipeline
from afil_perception.pipeline.sidecar import write_sidecar
from afil_perception.saliency import SaliencyConfig
from afil_perception.track import Tracker

TOPIC = "/camera/image_raw"


def digests(folder: Path) -> dict[str, str]:
    files = [p for p in folder.iterdir() if p.is_file()]
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


def test_the_sidecar_bears_the_stamps_of_the_images(make_episode, moving_carrot) -> None:
    episode = make_episode(moving_carrot)
    report = write_sidecar(episode, Pipeline(PerceptionConfig()))
    assert (report.made, report.frames, report.frames_with_objects) == (True, 10, 10)
    stamps = [stamp for stamp, _ in episode.images("image")]
    maps = list(episode.saliency_maps("image"))
    assert [stamp for stamp, _ in maps] == stamps
    assert all(m.shape == (120, 160) and m.max() == 255 for _, m in maps)
    found = list(episode.sidecar.key_objects(TOPIC))
    assert [stamp for stamp, _ in found] == stamps
    assert [o.phrase for _, objects in found for o in objects] == ["carrot"] * 10


def test_the_sidecar_says_how_it_was_made(make_episode, moving_carrot) -> None:
    episode = make_episode(moving_carrot)
    write_sidecar(episode, Pipeline(PerceptionConfig()))
    record = episode.sidecar.provenance
    assert (record.objects, record.intent) == (("carrot",), "lift the carrot")
    assert record.backends == Pipeline(PerceptionConfig()).backends
    assert set(record.stand_ins) == {"instruction", "color", "iou"}
    assert record.config == to_plain(Pipeline(PerceptionConfig()).config)
    stream = record.streams["image"]
    assert (stream.topic, stream.frames, stream.frames_with_objects) == (TOPIC, 10, 10)
    assert set(stream.keys) == {"describe", "instances", "filter", "corrections", "saliency"}
    names = {p.name for p in episode.saliency_path.iterdir()}
    assert names == {
        "perception.yaml",
        "metadata.yaml",
        "saliency.mcap",
        "decisions.jsonl",
        "description.yaml",
    }
    assert read_description(episode.saliency_path).objects[0].text == "carrot"
    (decided,) = read_decisions(episode.saliency_path)
    assert (decided.topic, decided.index) == (TOPIC, 0)
    assert [(j.phrase, j.kept) for j in decided.decision.judged] == [("carrot", True)]


def test_recorded_bytes_are_not_touched(make_episode, moving_carrot) -> None:
    episode = make_episode(moving_carrot)
    before = digests(episode.path)
    write_sidecar(episode, Pipeline(PerceptionConfig()))
    assert digests(episode.path) == before


def test_a_finished_sidecar_is_skipped(make_episode, moving_carrot) -> None:
    episode = make_episode(moving_carrot)
    write_sidecar(episode, Pipeline(PerceptionConfig()))
    before = digests(episode.saliency_path)
    assert not write_sidecar(episode, Pipeline(PerceptionConfig())).made
    assert digests(episode.saliency_path) == before


def test_other_parameters_make_it_anew(make_episode, moving_carrot) -> None:
    episode = make_episode(moving_carrot)
    write_sidecar(episode, Pipeline(PerceptionConfig()))
    wider = PerceptionConfig(saliency=SaliencyConfig(sigma_fraction=0.2))
    narrow = np.mean([m.mean() for _, m in episode.saliency_maps("image")])
    assert write_sidecar(episode, Pipeline(wider)).why.startswith(
        "what 'saliency' follows from changed: saliency."
    )
    assert np.mean([m.mean() for _, m in episode.saliency_maps("image")]) > 2 * narrow
    assert not list(episode.path.glob(".*"))


def test_a_truncated_sidecar_is_made_anew(make_episode, moving_carrot) -> None:
    episode = make_episode(moving_carrot)
    write_sidecar(episode, Pipeline(PerceptionConfig()))
    bag = next(episode.saliency_path.glob("*.mcap"))
    bag.write_bytes(bag.read_bytes()[:1000])
    assert "damaged" in write_sidecar(episode, Pipeline(PerceptionConfig())).why
    assert len(list(episode.saliency_maps("image"))) == 10


def test_an_interrupted_run_leaves_no_half_sidecar_and_can_be_repeated(
    make_episode, moving_carrot
) -> None:
    episode = make_episode(moving_carrot)

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_sidecar(episode, Pipeline(PerceptionConfig()), interrupt)
    assert not episode.saliency_path.exists()
    assert not list(episode.path.glob(".*"))
    assert write_sidecar(episode, Pipeline(PerceptionConfig())).frames == 10


def test_a_failed_run_leaves_the_sidecar_from_before(make_episode, moving_carrot) -> None:
    episode = make_episode(moving_carrot)
    write_sidecar(episode, Pipeline(PerceptionConfig()))
    before = digests(episode.saliency_path)
    bag = next(episode.path.glob("*.mcap"))
    bag.write_bytes(bag.read_bytes()[: bag.stat().st_size // 2])
    other = PerceptionConfig(saliency=SaliencyConfig(alpha=0.5))
    with pytest.raises(AfilError, match=str(episode.path)):
        write_sidecar(episode, Pipeline(other))
    assert digests(episode.saliency_path) == before


def test_a_sidecar_that_can_not_be_moved_in_leaves_the_one_from_before(
    make_episode, moving_carrot, monkeypatch
) -> None:
    episode = make_episode(moving_carrot)
    write_sidecar(episode, Pipeline(PerceptionConfig()))
    before = digests(episode.saliency_path)

    rename = os.rename

    def refuse(source: Path, target: Path) -> None:
        if Path(target) == episode.saliency_path and "old" not in Path(source).name:
            raise OSError(5, "Input/output error")
        rename(source, target)

    monkeypatch.setattr(os, "rename", refuse)
    wider = PerceptionConfig(saliency=SaliencyConfig(window=3))
    with pytest.raises(AfilError, match=r"saliency cannot be written \(Input/output error\)"):
        write_sidecar(episode, Pipeline(wider))
    assert digests(episode.saliency_path) == before
    assert not list(episode.path.glob(".*"))


def test_what_a_killed_run_left_behind_is_cleared(make_episode, moving_carrot) -> None:
    episode = make_episode(moving_carrot)
    with subprocess.Popen(["true"]) as gone:
        left = episode.path / f".saliency.{gone.pid}.partial" / "saliency"
    left.mkdir(parents=True)
    (left / "saliency.mcap").write_bytes(b"half a bag")
    assert write_sidecar(episode, Pipeline(PerceptionConfig())).frames == 10
    assert not list(episode.path.glob(".*"))


def test_a_full_disk_is_a_sentence(make_episode, moving_carrot, monkeypatch) -> None:
    episode = make_episode(moving_carrot)

    def refuse(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(AfilError, match=rf"{episode.path}/.* cannot be written \(No space"):
        write_sidecar(episode, Pipeline(PerceptionConfig()))
    assert not list(episode.path.glob(".*"))


def test_a_share_of_lost_frames_that_is_no_longer_allowed_makes_it_anew(
    make_episode, moving_carrot
) -> None:
    episode = make_episode([*moving_carrot[:9], b"torn"])
    assert write_sidecar(episode, Pipeline(PerceptionConfig())).frames == 9
    assert not write_sidecar(episode, Pipeline(PerceptionConfig())).made
    with pytest.raises(AfilError, match=r"more than 5 % \(max_lost_share\)"):
        write_sidecar(episode, Pipeline(PerceptionConfig(max_lost_share=0.05)))


def test_a_changed_recording_is_perceived_anew(make_episode, moving_carrot, draw) -> None:
    episode = make_episode(moving_carrot)
    write_sidecar(episode, Pipeline(PerceptionConfig()))
    other = make_episode([draw([(90, 60, 8, (255, 130, 10))])] * 10)
    bag = next(episode.path.glob("*.mcap"))
    bag.write_bytes(next(other.path.glob("*.mcap")).read_bytes())
    report = write_sidecar(episode, Pipeline(PerceptionConfig()))
    assert report.why.startswith("what 'instances' follows from changed: episode_000000.mcap is")
    ((_, objects), *_) = episode.sidecar.key_objects(TOPIC)
    assert box_center(objects[0].box) == (90.5, 60.5)


@pytest.mark.parametrize(
    ("robot", "driving"), [("carla", True), ("franka", False), ("video", False)]
)
def test_the_contract_says_whether_the_scene_is_one_of_driving(robot: str, driving: bool) -> None:
    assert (scene_of(load_contract(robot)) == "driving") is driving


class ByColor(Tracker):
    """Finds orange pixels; in the first frames it knows no mask."""

    class Config(Schema):
        """No options."""

    def __init__(self, config: Config) -> None:
        del config

    def track(self, clip, phrases, detector):
        for frame in clip:
            found = (frame.rgb == (255, 130, 10)).all(axis=2)
            mask = Rle.of(found) if frame.index > 2 else None
            yield [KeyObject(1, phrases[0].text, 1.0, (0.0, 0.0, 9.0, 9.0), mask)]


def test_masks_are_in_the_sidecar_from_the_first_frame_that_has_one(
    make_episode, moving_carrot
) -> None:
    episode = make_episode(moving_carrot)
    tracker = Selection("by_color", ByColor, ByColor.Config())
    write_sidecar(episode, Pipeline(PerceptionConfig(tracker=tracker)))
    found = [objects[0].mask for _, objects in episode.sidecar.key_objects(TOPIC)]
    assert found[:3] == [None] * 3
    for mask, image in zip(found[3:], moving_carrot[3:], strict=True):
        np.testing.assert_array_equal(mask.mask(), (image == (255, 130, 10)).all(axis=2))
    assert bag_info(episode.saliency_path).counts[f"{TOPIC}/key_objects/masks"] == 7
