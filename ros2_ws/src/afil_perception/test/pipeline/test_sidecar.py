import hashlib
from pathlib import Path

import numpy as np
import pytest
import yaml

from afil_core import messages
from afil_core.bags import bag_info, read_bag
from afil_core.contract import load_contract
from afil_core.errors import AfilError
from afil_perception.encoding import decode_key_objects, encode_key_objects
from afil_perception.objects import KeyObject
from afil_perception.pipeline.config import PerceptionConfig, SaliencyConfig
from afil_perception.pipeline.pipeline import Pipeline
from afil_perception.pipeline.sidecar import is_driving, write_sidecar

TOPIC = "/camera/image_raw"


def digests(folder: Path) -> dict[str, str]:
    files = [p for p in folder.iterdir() if p.is_file()]
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


def test_key_objects_survive_the_message() -> None:
    objects = [KeyObject("red block", (1.0, 2.0, 5.0, 10.0), 0.75, 7)]
    stamp_ns, back = decode_key_objects(encode_key_objects(objects, 5_000_000_012, "camera"))
    assert (stamp_ns, back) == (5_000_000_012, objects)


def test_key_objects_are_plain_vision_msgs() -> None:
    cdr = encode_key_objects([KeyObject("cup", (10.0, 20.0, 30.0, 60.0), 0.5, 3)], 9, "camera")
    message = messages.deserialize(cdr, "vision_msgs/msg/Detection2DArray")
    detection = message.detections[0]
    center = detection.bbox.center.position
    assert (center.x, center.y, detection.bbox.size_x, detection.bbox.size_y) == (20, 40, 20, 40)
    assert detection.results[0].hypothesis.class_id == "cup"
    assert detection.id == "3"
    assert message.header.frame_id == "camera"


def test_the_sidecar_bears_the_stamps_of_the_images(make_episode, moving_carrot) -> None:
    episode = make_episode(moving_carrot)
    report = write_sidecar(episode, Pipeline(PerceptionConfig()))
    assert (report.skipped, report.frames, report.frames_with_objects) == (False, 10, 10)
    stamps = [stamp for stamp, _ in episode.images("image")]
    maps = list(episode.saliency_maps("image"))
    assert [stamp for stamp, _ in maps] == stamps
    assert all(m.shape == (120, 160) and m.max() == 255 for _, m in maps)
    found = [
        decode_key_objects(cdr)
        for _, _, cdr in read_bag(episode.saliency_path, [f"{TOPIC}/key_objects"])
    ]
    assert [stamp for stamp, _ in found] == stamps
    assert [o.label for _, objects in found for o in objects] == ["carrot"] * 10


def test_the_sidecar_says_how_it_was_made(make_episode, moving_carrot) -> None:
    episode = make_episode(moving_carrot)
    write_sidecar(episode, Pipeline(PerceptionConfig()))
    record = yaml.safe_load((episode.saliency_path / "perception.yaml").read_text())
    assert record["backends"] == {
        "describe": "instruction",
        "detect": "color",
        "track": "iou",
        "filter": "instruction",
    }
    assert record["objects"] == ["carrot"]
    assert record["config"] == PerceptionConfig().to_dict()
    custom = yaml.safe_load(bag_info(episode.saliency_path).custom_data["afil_perception"])
    assert custom.items() <= record.items()


def test_recorded_bytes_are_not_touched(make_episode, moving_carrot) -> None:
    episode = make_episode(moving_carrot)
    before = digests(episode.path)
    write_sidecar(episode, Pipeline(PerceptionConfig()))
    assert digests(episode.path) == before


def test_a_finished_sidecar_is_skipped(make_episode, moving_carrot) -> None:
    episode = make_episode(moving_carrot)
    write_sidecar(episode, Pipeline(PerceptionConfig()))
    before = digests(episode.saliency_path)
    assert write_sidecar(episode, Pipeline(PerceptionConfig())).skipped
    assert digests(episode.saliency_path) == before


def test_other_parameters_make_it_anew(make_episode, moving_carrot) -> None:
    episode = make_episode(moving_carrot)
    write_sidecar(episode, Pipeline(PerceptionConfig()))
    wider = PerceptionConfig(saliency=SaliencyConfig(sigma_fraction_arm=0.2))
    narrow = np.mean([m.mean() for _, m in episode.saliency_maps("image")])
    assert not write_sidecar(episode, Pipeline(wider)).skipped
    assert np.mean([m.mean() for _, m in episode.saliency_maps("image")]) > 2 * narrow
    assert not (episode.path / ".saliency.partial").exists()


def test_a_truncated_sidecar_is_made_anew(make_episode, moving_carrot) -> None:
    episode = make_episode(moving_carrot)
    write_sidecar(episode, Pipeline(PerceptionConfig()))
    bag = next(episode.saliency_path.glob("*.mcap"))
    bag.write_bytes(bag.read_bytes()[:1000])
    assert not write_sidecar(episode, Pipeline(PerceptionConfig())).skipped
    assert len(list(episode.saliency_maps("image"))) == 10


def test_an_interrupted_run_leaves_no_half_sidecar_and_can_be_repeated(
    make_episode, moving_carrot
) -> None:
    episode = make_episode(moving_carrot)

    def interrupt(topic: str, frame_id: str, frame: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_sidecar(episode, Pipeline(PerceptionConfig()), interrupt)
    assert not episode.saliency_path.exists()
    assert not (episode.path / ".saliency.partial").exists()
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

    def refuse(*_: Path) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("afil_perception.pipeline.sidecar.move_in", refuse)
    wider = PerceptionConfig(saliency=SaliencyConfig(window=3))
    with pytest.raises(AfilError, match=r"saliency cannot be written \(Input/output error\)"):
        write_sidecar(episode, Pipeline(wider))
    assert digests(episode.saliency_path) == before


def test_what_a_killed_run_left_behind_is_cleared(make_episode, moving_carrot) -> None:
    episode = make_episode(moving_carrot)
    left = episode.path / ".saliency.partial" / "saliency"
    left.mkdir(parents=True)
    (left / "saliency.mcap").write_bytes(b"half a bag")
    assert write_sidecar(episode, Pipeline(PerceptionConfig())).frames == 10
    assert not left.parent.exists()


def test_a_folder_that_cannot_be_written_is_a_sentence(make_episode, moving_carrot) -> None:
    episode = make_episode(moving_carrot)
    (episode.path / ".saliency.partial").write_text("in the way")
    with pytest.raises(AfilError, match=rf"{episode.path}/saliency cannot be written"):
        write_sidecar(episode, Pipeline(PerceptionConfig()))


@pytest.mark.parametrize(
    ("robot", "driving"), [("carla", True), ("franka", False), ("video", False)]
)
def test_the_contract_says_whether_the_scene_is_one_of_driving(robot: str, driving: bool) -> None:
    assert is_driving(load_contract(robot)) is driving
