"""Cameras that the recorder packs: what is in the bag, and what readers make of it."""

import numpy as np
import pytest

from afil_core.bags import BagOptions, read_bag
from afil_core.contract import RecordedImage
from afil_core.episodes import Episode, EpisodeWriter
from afil_core.episodes.recover import recover_episode, recover_interrupted
from afil_core.errors import AfilError
from afil_core.testing import FrankaOnPaper, changed
from afil_core.testing.episodes import fill

IMAGE = "/camera/camera/color/image_raw"
PACKED = f"{IMAGE}/compressed"


def write(dataset, form, steps=8, **options):
    plain = FrankaOnPaper()
    contract = plain.contract.recording_images(RecordedImage(format=form))
    writer = EpisodeWriter(dataset, contract, "lift it", options=BagOptions(**options))
    fill(writer, steps, plain)
    return writer


@pytest.mark.parametrize(("form", "away"), [("jpeg", 3), ("png", 0)])
@pytest.mark.parametrize("background", [False, True])
def test_a_packed_camera_is_read_as_it_was_and_means_the_same(tmp_path, form, away, background):
    writer = write(tmp_path / "demos", form, background=background)
    episode = Episode(writer.save(True))
    assert episode.contract.sha256 == FrankaOnPaper().contract.sha256
    assert episode.bag.types[PACKED] == "sensor_msgs/msg/CompressedImage"
    assert IMAGE not in episode.bag.types and set(episode.metadata.topics) >= {PACKED}
    steps = list(episode.steps())
    assert len(steps) == 8
    for k, step in enumerate(steps):
        pixels = step.observations["front_image"]
        assert abs(pixels.astype(int) - k).max() <= away
    assert len(list(episode.images("front_image"))) == 8
    assert "8 images packed in" in writer.costs[0] and "ms each" in writer.costs[0]
    size = sum(p.stat().st_size for p in episode.path.glob("*.mcap"))
    assert size < 200_000


def test_what_is_no_image_is_left_out_by_its_reader(tmp_path):
    writer = write(tmp_path / "demos", "jpeg")
    writer.write(IMAGE, bytes([0, 1, 0, 0]) + bytes(40), 10_000_000_000)
    episode = Episode(writer.save(True))
    reader = episode.steps()
    assert len(list(reader)) == 8 and len(list(read_bag(episode.path, [PACKED]))) == 9


def test_one_that_is_cut_off_is_recovered_packed(tmp_path):
    left = write(tmp_path / "demos", "jpeg").leave()
    (found,) = recover_interrupted(tmp_path / "demos")
    assert found.path.name == left.name and found.messages == 48
    assert len(list(Episode(found.path).images("front_image"))) == 8
    copied = recover_episode(found.path, tmp_path / "other")
    assert copied.messages == 48 and len(list(Episode(copied.path).steps())) == 8


def test_only_raw_cameras_are_packed():
    with pytest.raises(AfilError, match="recording names 'ee_pose', which is no raw image"):
        changed(FrankaOnPaper().contract, {"recording": {"ee_pose": {"format": "jpeg"}}})
    raw = FrankaOnPaper().contract
    assert raw.as_recorded is raw
    assert np.all(raw.stream("front_image").shape == (240, 320, 3))
