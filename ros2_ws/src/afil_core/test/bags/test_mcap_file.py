"""The files that a recorder writes, with the readers of other projects and without their end."""

import contextlib
import errno
import itertools
import os
import random

import numpy as np
import pytest
import rerun as rr
import yaml
from mcap.reader import make_reader
from mcap_ros2.decoder import DecoderFactory
from rosbags.rosbag2 import Reader

from afil_core.bags import BagOptions, BagWriter, Split, read_bag
from afil_core.episodes import (
    Episode,
    EpisodeWriter,
    keep_episode,
    list_episodes,
    list_set_aside,
)
from afil_core.episodes.folders import FolderLock
from afil_core.episodes.recover import recover_bag, recover_episode, recover_interrupted
from afil_core.errors import AfilError
from afil_core.testing import FrankaOnPaper, record_franka
from afil_core.testing.episodes import fill
from afil_core.topics import Qos

IMAGE = "/camera/camera/color/image_raw"
WRITTEN = [
    {},
    {"compress": True},
    {"background": True},
    {"compress": True, "background": True, "split": Split(after_bytes=600_000)},
]


def write(dataset, steps=12, **options):
    writer = EpisodeWriter(
        dataset, FrankaOnPaper().contract, "lift it", options=BagOptions(**options)
    )
    fill(writer, steps)
    return writer


@pytest.mark.parametrize("options", WRITTEN)
def test_every_reader_finds_the_same_messages(tmp_path, options):
    path = write(tmp_path / "demos", **options).save(True)
    plain = record_franka(tmp_path / "plain", 12)
    expected = list(read_bag(plain))
    assert list(read_bag(path)) == expected
    with Reader(path) as reader:
        assert reader.message_count == len(expected) == 72
        assert {c.topic: c.msgcount for c in reader.connections} == Episode(plain).bag.counts
    images = []
    counted = 0
    for file in sorted(path.glob("*.mcap")):
        with file.open("rb") as stream:
            found = make_reader(stream, validate_crcs=True, decoder_factories=[DecoderFactory()])
            counted += found.get_summary().statistics.message_count
            for _, channel, message, decoded in found.iter_decoded_messages():
                if channel.topic == IMAGE:
                    images.append((message.log_time, decoded.encoding, decoded.data[0]))
    assert counted == 72
    assert [(e, v) for _, e, v in sorted(images)] == [("rgb8", k) for k in range(12)]


@pytest.mark.parametrize("options", WRITTEN[:2])
def test_rerun_opens_it(tmp_path, options):
    path = write(tmp_path / "demos", **options).save(True)
    (file,) = path.glob("*.mcap")
    recording = rr.RecordingStream("afil_test", make_default=False, make_thread_default=False)
    storage = recording.memory_recording()
    recording.log_file_from_path(file)
    recording.flush()
    assert len(storage.drain_as_bytes()) > 1000


def test_metadata_are_those_that_rosbag2_writes(tmp_path):
    path = write(tmp_path / "demos", split=Split(after_ns=400_000_000)).save(True)
    facts = yaml.safe_load((path / "metadata.yaml").read_text())["rosbag2_bagfile_information"]
    names = sorted(p.name for p in path.glob("*.mcap"))
    assert len(names) > 2 and names == sorted(facts["relative_file_paths"])
    assert [f["path"] for f in facts["files"]] == facts["relative_file_paths"]
    assert sum(f["message_count"] for f in facts["files"]) == facts["message_count"] == 72
    assert facts["version"] == 9 and facts["storage_identifier"] == "mcap"
    assert facts["duration"]["nanoseconds"] == 1_100_000_000
    for topic in facts["topics_with_message_count"]:
        known = topic["topic_metadata"]
        assert known["serialization_format"] == "cdr"
        assert known["type_description_hash"].startswith("RIHS01_")
        (profile,) = known["offered_qos_profiles"]
        assert profile["reliability"] in ("reliable", "best_effort")
        assert set(profile["deadline"]) == {"sec", "nsec"}


def interrupted(dataset, data, draft, name):
    folder = dataset / ".partial" / name
    folder.mkdir(parents=True)
    (folder / f"{name}.mcap").write_bytes(data)
    (folder / "recording.yaml").write_bytes(draft)


@pytest.mark.parametrize("compress", [False, True])
def test_wherever_it_is_cut_off_what_is_whole_is_kept_and_marked(tmp_path, compress):
    left = write(tmp_path / "demos", 20, compress=compress).leave()
    whole = list(read_bag(left, as_written=True))
    data = next(left.glob("*.mcap")).read_bytes()
    draft = (left / "recording.yaml").read_bytes()
    anywhere = random.Random(0)
    for k in range(12):
        dataset = tmp_path / f"cut_{k}"
        cut = anywhere.randrange(2000, len(data))
        interrupted(dataset, data[:cut], draft, left.name)
        (found,) = recover_interrupted(dataset)
        kept = list(read_bag(found.path, as_written=True)) if found.messages else []
        assert kept == whole[: len(kept)] and found.messages == len(kept)
        if not compress:
            assert sum(len(cdr) + 60 for _, _, cdr in whole[: len(kept) + 3]) > cut - 20_000
        assert found.path.parent == dataset / "set_aside"
        (episode,) = list_set_aside(dataset)
        assert "interrupted" in episode.metadata.set_aside[0]
        assert episode.metadata.success is None
        assert recover_interrupted(dataset) == []


def test_an_episode_that_another_recorder_has_open_is_left_alone(tmp_path):
    writer = write(tmp_path / "demos")
    other = write(tmp_path / "demos")
    assert (writer.name, other.name) == ("episode_000000", "episode_000001")
    assert recover_interrupted(tmp_path / "demos") == []
    with pytest.raises(BlockingIOError):
        FolderLock(tmp_path / "demos" / ".partial" / writer.name)
    assert [w.save(True).name for w in (other, writer)] == ["episode_000001", "episode_000000"]


def test_where_no_folder_can_be_locked_an_open_episode_is_left_to_a_person(
    tmp_path, monkeypatch, caplog
):
    def no_locks(descriptor, operation):
        raise OSError(errno.EBADF, "Bad file descriptor")

    monkeypatch.setattr("afil_core.episodes.folders.fcntl.flock", no_locks)
    writer = write(tmp_path / "demos")
    folder = tmp_path / "demos" / ".partial" / writer.name
    assert recover_interrupted(tmp_path / "demos") == []
    assert f"recover_bag {folder}" in caplog.text
    assert writer.save(True).is_dir(), "its recorder lives"
    left = write(tmp_path / "demos").leave()
    assert recover_episode(left).messages == 72


def test_what_is_set_aside_is_no_training_data_until_it_is_kept(tmp_path):
    dataset = tmp_path / "demos"
    reason = "2 nodes publish /target_pose"
    aside = write(dataset).save(True, [reason], set_aside=[reason])
    assert aside == dataset / "set_aside" / "episode_000000"
    with pytest.raises(AfilError, match="holds no episode"):
        list_episodes(dataset)
    assert write(dataset).save(True).name == "episode_000001"
    kept = keep_episode(aside)
    assert [e.path.name for e in list_episodes(dataset)] == ["episode_000000", "episode_000001"]
    metadata = Episode(kept).metadata
    assert metadata.set_aside == (reason,) and metadata.success is True
    assert "kept_at" in metadata.notes and not list_set_aside(dataset)
    with pytest.raises(AfilError, match="no episode that was set aside"):
        keep_episode(kept)


def test_what_lacks_a_topic_can_be_set_aside_and_not_be_kept(tmp_path):
    writer = EpisodeWriter(tmp_path / "demos", FrankaOnPaper().contract)
    aside = writer.save(None, set_aside=["the camera died"])
    with pytest.raises(AfilError, match="no message on"):
        keep_episode(aside)
    assert aside.is_dir()


def test_a_disk_that_hesitates_costs_messages_that_are_counted_and_nothing_else(
    tmp_path, monkeypatch
):
    waits = []
    real = os.writev
    options = BagOptions(background=True, most_waiting_bytes=3_000_000)
    bag = BagWriter(tmp_path / "bag", options=options)
    bag.add_topic("/a", "std_msgs/msg/String", Qos())

    def slow(file, pieces):
        while not waits:
            os.sched_yield()
        return real(file, pieces)

    monkeypatch.setattr("afil_core.bags.mcap_file.os.writev", slow)
    payload = bytes([0, 1, 0, 0]) + bytes(500_000)
    taken = [bag.write("/a", payload, k) for k in range(1, 20)]
    assert 3 < sum(taken) < 15 and not taken[-1]
    waits.append(True)
    bag.close()
    assert len(list(read_bag(tmp_path / "bag"))) == sum(taken)


def test_half_a_chunk_is_taken_back_when_the_disk_is_full(tmp_path, monkeypatch):
    bag = BagWriter(tmp_path / "bag")
    bag.add_topic("/a", "std_msgs/msg/String", Qos())
    payload = bytes(600_000)
    real = os.writev

    def half(file, pieces):
        os.write(file, b"".join(pieces)[:1000])
        raise OSError(errno.ENOSPC, "No space left on device")

    bag.write("/a", payload, 1)
    with monkeypatch.context() as patch:
        patch.setattr("afil_core.bags.mcap_file.os.writev", half)
        bag.write("/a", payload, 2)
        with pytest.raises(AfilError, match="No space left"):
            bag.write("/a", payload, 3)
    assert os.writev is real
    bag.close()
    assert [t for _, t, _ in read_bag(tmp_path / "bag")] == [1, 2]


@pytest.mark.parametrize("background", [False, True])
def test_whichever_write_a_full_disk_refuses_the_bag_holds_what_was_taken_once(
    tmp_path, monkeypatch, background
):
    real, payload = os.writev, bytes(4_000)
    monkeypatch.setattr("afil_core.bags.writer._CHUNK_BYTES", 10_000)
    for refused in range(24):
        calls = itertools.count()

        def writev(file, pieces, calls=calls, refused=refused):
            if next(calls) == refused:
                raise OSError(errno.ENOSPC, "No space left on device")
            return real(file, pieces)

        path, taken = tmp_path / f"{refused}", []
        options = BagOptions(split=Split(after_bytes=10_000), background=background)
        bag = BagWriter(path, options=options)
        with monkeypatch.context() as patch:
            patch.setattr("afil_core.bags.mcap_file.os.writev", writev)
            for topic, kind in (("/a", "String"), ("/b", "Bool")):
                with contextlib.suppress(AfilError):
                    bag.add_topic(topic, f"std_msgs/msg/{kind}", Qos())
                for _ in range(6):
                    with contextlib.suppress(AfilError):
                        if bag.write(topic, payload, len(taken) + 1):
                            taken.append(topic)
            with contextlib.suppress(AfilError):
                bag.close()
        bag.close()
        with Reader(path) as reader:
            found = [connection.topic for connection, _, _ in reader.messages()]
        assert found == taken, refused
        assert next(calls) > refused, "none was refused"


def test_what_comes_after_a_close_that_failed_is_written_and_not_only_counted(
    tmp_path, monkeypatch
):
    bag = BagWriter(tmp_path / "bag", options=BagOptions(background=True))
    bag.add_topic("/a", "std_msgs/msg/String", Qos())
    assert bag.write("/a", bytes(2_000_000), 1)
    while bag.waiting_bytes:
        os.sched_yield()

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("afil_core.bags.mcap_file.os.writev", full)
        with pytest.raises(AfilError, match="No space left"):
            bag.close()
    assert not bag.is_over and bag.write("/a", bytes(2_000_000), 2)
    bag.close()
    assert [t for _, t, _ in read_bag(tmp_path / "bag")] == [1, 2]
    with pytest.raises(AfilError, match="it is closed"):
        bag.write("/a", bytes(10), 3)


@pytest.mark.parametrize("damage", ["cut", "chunk"])
def test_a_damaged_bag_of_others_is_recovered_to_a_bag(tmp_path, damage):
    source = tmp_path / "theirs"
    bag = BagWriter(source, options=BagOptions(compress=True))
    bag.add_topic("/a", "std_msgs/msg/String", Qos())
    noise = np.random.default_rng(0)
    for k in range(40):
        bag.write("/a", bytes([0, 1, 0, 0]) + noise.bytes(100_000), k + 1)
    bag.close()
    file = source / "theirs.mcap"
    data = bytearray(file.read_bytes())
    if damage == "cut":
        data = data[: len(data) // 2]
    else:
        data[len(data) // 2 : len(data) // 2 + 1000] = bytes(1000)
    file.write_bytes(data)
    (source / "metadata.yaml").unlink()
    found = recover_bag(source)
    assert found.path == tmp_path / "theirs_recovered"
    assert 8 < found.messages < 40
    times = [t for _, t, _ in read_bag(found.path)]
    assert len(times) == found.messages and (max(times) == 40) == (damage == "chunk")
