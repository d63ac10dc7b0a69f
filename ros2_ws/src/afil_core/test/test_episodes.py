"""Episodes: whole or not there, never overwritten, read as they were recorded."""

import errno
import shutil
from pathlib import Path

import numpy as np
import pytest
from rosbags.rosbag2 import Reader

from afil_core import codecs
from afil_core.bags import bag_info, read_bag
from afil_core.bags.writer import _unwritable
from afil_core.contract import load_contract
from afil_core.episodes import Episode, EpisodeWriter, list_episodes
from afil_core.episodes.recover import recover_interrupted
from afil_core.errors import AfilError
from afil_core.testing import READY_JOINTS
from afil_core.timeline import Timeline
from afil_core.topics import Qos


def test_recorded_episode_gives_back_observations_and_actions(record):
    steps = list(Episode(record(steps=6)).steps())
    assert len(steps) == 6
    assert steps[2].observations["front_image"][0, 0].tolist() == [2, 2, 2]
    np.testing.assert_allclose(steps[2].observations["joint_positions"], READY_JOINTS)
    for step in steps:
        np.testing.assert_allclose(step.action, [0.01, 0, 0, 0, 0, 0, 0.08], atol=1e-12)


def test_metadata_tell_what_was_recorded(record):
    metadata = Episode(record(seed=7, operator="expert", notes={"cue": "intact"})).metadata
    assert (metadata.name, metadata.seed, metadata.success) == ("episode_000000", 7, True)
    assert metadata.notes == {"cue": "intact"}
    assert metadata.contract_sha256 == load_contract("franka").sha256
    assert metadata.topics["/target_pose"].count == 6
    assert metadata.topics["/target_pose"].max_gap_s == pytest.approx(0.1)


def test_episodes_are_numbered_and_never_overwritten(record):
    assert [record().name for _ in range(3)] == [
        "episode_000000",
        "episode_000001",
        "episode_000002",
    ]


def test_number_of_a_removed_episode_is_not_used_again(record):
    first, *_ = record(), record(), record()
    shutil.rmtree(first)
    assert record().name == "episode_000003"


def test_bag_opens_in_plain_rosbags_with_its_contract(record):
    path = record()
    with Reader(path) as reader:
        assert reader.message_count == 36
    assert "afil_contract" in bag_info(path).custom_data
    assert Episode(path).contract == load_contract("franka")


def test_recording_under_way_is_not_in_the_dataset(tmp_path):
    writer = EpisodeWriter(tmp_path / "demos", load_contract("franka"), "lift")
    with pytest.raises(AfilError, match="holds no episode"):
        list_episodes(tmp_path / "demos")
    writer.discard()
    assert list((tmp_path / "demos" / ".partial").iterdir()) == []


def test_episode_without_one_of_the_contracts_topics_is_not_saved(tmp_path, fill):
    writer = EpisodeWriter(tmp_path / "demos", load_contract("franka"), "lift")
    writer.write("/target_pose", codecs.encode_pose(np.array([0, 0, 0, 0, 0, 0, 1.0]), 1, ""), 1)
    with pytest.raises(AfilError, match="no message on .*/joint_states"):
        writer.save(True)
    assert not (tmp_path / "demos" / writer.name).exists()
    fill(writer, 2)
    assert writer.save(True).is_dir(), "it could still be completed"


def test_a_topic_beside_the_contracts_is_recorded_and_counted(tmp_path, fill):
    writer = EpisodeWriter(tmp_path / "demos", load_contract("franka"), "lift")
    fill(writer, 3)
    assert not writer.has_topic("/note")
    writer.add_topic("/note", "std_msgs/msg/String", Qos())
    writer.write("/note", codecs.encode_string("x"), 1_100_000_000)
    path = writer.save(True)
    assert list(read_bag(path, ["/note"])) == [("/note", 1_100_000_000, codecs.encode_string("x"))]
    assert Episode(path).metadata.topics["/note"].count == 1
    assert len(list(Episode(path).steps())) == 3


def test_what_was_wrong_is_kept_in_the_episode(tmp_path, fill):
    writer = EpisodeWriter(tmp_path / "demos", load_contract("franka"))
    fill(writer, 3)
    with pytest.raises(AfilError, match="without words"):
        writer.save(False)
    writer.instruction, writer.seed, writer.notes["task"] = "lift", 3, "lift_carrot"
    path = writer.save(False, ["the camera was silent for 2.0 s"])
    metadata = Episode(path).metadata
    assert (metadata.instruction, metadata.seed) == ("lift", 3) and metadata.success is False
    assert metadata.notes == {"task": "lift_carrot"}
    assert metadata.problems == ("the camera was silent for 2.0 s",)


def test_interrupted_recording_stays_and_its_name_is_not_used_again(tmp_path, record):
    EpisodeWriter(tmp_path / "demos", load_contract("franka"), "lift")
    assert record().name == "episode_000001"


def test_an_episode_that_was_ended_but_for_its_move_goes_where_it_was_to_go(tmp_path, fill):
    for number, reasons in enumerate(((), ("frozen",))):
        writer = EpisodeWriter(tmp_path, load_contract("franka"), "lift it")
        fill(writer, 3)
        saved = writer.save(True, set_aside=reasons)
        saved.rename(tmp_path / ".partial" / saved.name)
        (found,) = recover_interrupted(tmp_path)
        assert found.path == saved, number
    (tmp_path / "set_aside/episode_000001").rename(tmp_path / ".partial/episode_000001")
    (tmp_path / "set_aside/episode_000001").mkdir()
    (found,) = recover_interrupted(tmp_path)
    assert found.path == tmp_path / "set_aside/episode_000002", "nothing is overwritten"
    assert Episode(found.path).metadata.name == "episode_000002"
    assert [e.path.name for e in list_episodes(tmp_path)] == ["episode_000000"]


def test_a_recording_that_is_left_can_be_read_and_is_no_episode(tmp_path, fill):
    dataset = tmp_path / "demos"
    writer = EpisodeWriter(dataset, load_contract("franka"), "lift")
    fill(writer, 3)
    path = writer.leave()
    assert path == dataset / ".partial" / writer.name
    assert len(list(read_bag(path))) == 18
    with pytest.raises(AfilError, match="holds no episode"):
        list_episodes(dataset)


def test_a_full_disk_is_a_sentence_that_names_the_bag(tmp_path, fill, monkeypatch):
    writer = EpisodeWriter(tmp_path / "demos", load_contract("franka"), "lift")

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("afil_core.bags.mcap_file.os.writev", full)
        with pytest.raises(AfilError, match=r"episode_000000 cannot be written \(No space left"):
            fill(writer, 10)
        with pytest.raises(AfilError, match="No space left"):
            writer.save(True)
    # Somebody freed some space: nothing of what was taken is lost.
    count = sum(writer.ledger.counts.values())
    assert len(list(read_bag(writer.save(True)))) == count > 10


def test_an_episode_that_a_full_disk_did_not_let_begin_leaves_nothing(tmp_path, monkeypatch):
    dataset, real = tmp_path / "demos", Path.write_text

    def full(path, text, **options):
        real(path, text[:40], **options)
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_text", full)
        with pytest.raises(AfilError, match="No space left"):
            EpisodeWriter(dataset, load_contract("franka"), "lift")
    assert list((dataset / ".partial").iterdir()) == []
    assert EpisodeWriter(dataset, load_contract("franka"), "lift").name == "episode_000000"


@pytest.mark.parametrize("saves_again", [True, False])
def test_a_disk_that_is_full_for_episode_yaml_alone_costs_no_demonstration(
    tmp_path, fill, monkeypatch, saves_again
):
    dataset = tmp_path / "demos"
    writer = EpisodeWriter(dataset, load_contract("franka"), "lift")
    fill(writer, 3)
    real = Path.write_text

    def full(path, text, **options):
        if "episode." in path.name:
            real(path, text[:40], **options)
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(path, text, **options)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_text", full)
        with pytest.raises((AfilError, OSError), match="No space left"):
            writer.save(True)
    # The robot goes on sending.
    fill(writer, 2)
    if saves_again:
        path = writer.save(True)
        assert Episode(path).metadata.success is True
        assert not Episode(path).metadata.problems
    else:
        writer.leave()
        (found,) = recover_interrupted(dataset)
        path = found.path
    assert len(list(read_bag(path))) == 18
    assert sum(t.count for t in Episode(path).metadata.topics.values()) == 18


def test_a_place_that_may_not_be_written_needs_no_space(tmp_path):
    denied = _unwritable(tmp_path, PermissionError(errno.EACCES, "Permission denied"))
    assert "(Permission denied); make its folder writable" in str(denied)


def test_missing_dataset_is_named(tmp_path):
    with pytest.raises(AfilError, match=r"nowhere does not exist"):
        list_episodes(tmp_path / "nowhere")


def mcap_of(episode: Path) -> Path:
    return next(episode.glob("*.mcap"))


@pytest.mark.parametrize("keep", [0, 10, 0.3, 0.9])
def test_truncated_bag_is_a_sentence(record, keep):
    path = record()
    data = mcap_of(path).read_bytes()
    mcap_of(path).write_bytes(data[: keep if isinstance(keep, int) else int(keep * len(data))])
    with pytest.raises(AfilError, match=r"episode_000000 is damaged or cut off"):
        list(Episode(path).steps())


def test_bag_without_metadata_is_a_sentence(record):
    path = record()
    (path / "metadata.yaml").unlink()
    with pytest.raises(AfilError, match=r"episode_000000 has no metadata.yaml"):
        list(read_bag(path))


def test_bag_that_lost_a_contract_topic_is_a_sentence(record, monkeypatch):
    path = record()
    info = bag_info(path)
    counts = {**info.counts, "/joint_states": 0}
    monkeypatch.setattr(
        "afil_core.episodes.episode.bag_info",
        lambda _: type(info)(info.types, counts, info.custom_data),
    )
    with pytest.raises(AfilError, match="no message on /joint_states, which its contract"):
        list(Episode(path).steps())


def test_unknown_key_in_episode_yaml_is_a_sentence(record):
    path = record()
    with (path / "episode.yaml").open("a") as file:
        file.write("mood: good\n")
    with pytest.raises(AfilError, match=r"episode.yaml: mood is not a known key"):
        Episode(path).metadata  # noqa: B018


def test_missing_saliency_names_the_command_that_makes_it(record):
    with pytest.raises(AfilError, match="perceive.launch.py dataset:="):
        list(Episode(record()).saliency_maps("front_image"))


def test_replay_through_the_live_path_gives_bit_equal_samples(record):
    """The live node pushes messages as they arrive and polls after each one."""
    episode = Episode(record(steps=8))
    contract = episode.contract
    streams = {s.topic: s for s in contract.observations}
    live = Timeline(contract)
    ticks = []
    for topic, received_ns, cdr in read_bag(episode.path):
        if topic in streams:
            live.push(streams[topic].name, cdr, received_ns)
        ticks += live.poll(received_ns)
    offline = list(episode.steps())
    assert [t.stamp_ns for t in ticks] == [s.stamp_ns for s in offline]
    for tick, step in zip(ticks, offline, strict=True):
        assert tick.observations.keys() == step.observations.keys()
        for name, value in tick.observations.items():
            np.testing.assert_array_equal(value, step.observations[name])
            assert value.dtype == step.observations[name].dtype


@pytest.mark.parametrize("as_written", [False, True])
def test_a_span_of_a_bag_can_be_read_alone(record, as_written):
    path = record(steps=6)
    times = sorted(log_time_ns for _, log_time_ns, _ in read_bag(path))
    start_ns, stop_ns = times[3], times[-3]
    found = read_bag(path, start_ns=start_ns, stop_ns=stop_ns, as_written=as_written)
    assert sorted(t for _, t, _ in found) == [t for t in times if start_ns <= t < stop_ns]
