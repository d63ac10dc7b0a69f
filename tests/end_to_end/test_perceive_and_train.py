"""Perception and training on what was recorded, through their commands."""

from __future__ import annotations

import pytest
from rosbags.highlevel import AnyReader

from afil_core.episodes import list_episodes


def test_every_frame_gets_a_saliency_map_with_its_stamp(perceived):
    for episode in list_episodes(perceived):
        stream = episode.contract.anchor
        frames = [stamp for stamp, _ in episode.images(stream)]
        maps = list(episode.saliency_maps(stream))
        assert [stamp for stamp, _ in maps] == frames
        assert max(int(values.max()) for _, values in maps) == 255


def test_the_sidecar_opens_in_rosbags(perceived):
    for episode in list_episodes(perceived):
        with AnyReader([episode.saliency_path]) as reader:
            topics = {c.topic for c in reader.connections}
            assert any(t.endswith("/saliency") for t in topics)
            assert any(t.endswith("/key_objects") for t in topics)
            assert reader.message_count > 0


def test_perception_leaves_the_recording_as_it_is(perceived, recorded_files, files_of):
    after = files_of(perceived)
    assert {name: after[name] for name in recorded_files} == recorded_files


def test_perceiving_again_writes_nothing(perceived, processes, files_of):
    before = files_of(perceived)
    processes.succeed("launch", "afil_perception", "perceive.launch.py", f"dataset:={perceived}")
    assert files_of(perceived) == before


@pytest.mark.parametrize("method", ["bc", "autofocus"])
def test_a_checkpoint_describes_itself(runs, method):
    checkpoint = runs[method] / "checkpoint"
    kinds = {p.suffix for p in checkpoint.iterdir()}
    assert ".safetensors" in kinds
    assert any("robot: franka" in p.read_text() for p in checkpoint.glob("*.yaml"))
