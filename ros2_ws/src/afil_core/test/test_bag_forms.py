"""Bags in the forms in which other tools and accidents hand them back."""

import contextlib
import os
import shutil
import signal

import pytest
import yaml
from rosbags.rosbag2 import CompressionFormat, CompressionMode, StoragePlugin, Writer

from afil_core import messages
from afil_core.bags import bag_info, read_bag
from afil_core.console import recover_bag
from afil_core.episodes import Episode, EpisodeWriter, list_episodes
from afil_core.episodes.recover import recover_bag as recover_damaged
from afil_core.episodes.recover import recover_episode
from afil_core.errors import AfilError
from afil_core.testing import FrankaOnPaper, record_franka
from afil_core.testing.episodes import START_NS, fill
from afil_core.topics import Qos

STEPS = 12


@pytest.fixture
def episode(tmp_path):
    return record_franka(tmp_path / "demos", STEPS)


def facts_of(path):
    return yaml.safe_load((path / "metadata.yaml").read_text())


def change(path, **facts):
    data = facts_of(path)
    data["rosbag2_bagfile_information"].update(facts)
    (path / "metadata.yaml").write_text(yaml.safe_dump(data, sort_keys=False))


def mcap_of(path):
    return next(path.glob("*.mcap"))


def rewritten(path, folder, storage, compression=None):
    copy = folder / "copy"
    info = bag_info(path)
    writer = Writer(copy, version=9, storage_plugin=storage)
    if compression:
        writer.set_compression(compression, CompressionFormat.ZSTD)
    with writer:
        for key, value in info.custom_data.items():
            writer.set_custom_data(key, value)
        store = messages.typestore()
        made = {t: writer.add_connection(t, m, typestore=store) for t, m in info.types.items()}
        for topic, log_ns, cdr in read_bag(path):
            writer.write(made[topic], log_ns, cdr)
    shutil.copy(path / "episode.yaml", copy / "episode.yaml")
    return copy


@pytest.mark.parametrize(
    ("storage", "compression"),
    [
        (StoragePlugin.SQLITE3, None),
        (StoragePlugin.SQLITE3, CompressionMode.FILE),
        (StoragePlugin.SQLITE3, CompressionMode.MESSAGE),
        (StoragePlugin.MCAP, CompressionMode.STORAGE),
        (StoragePlugin.MCAP, CompressionMode.FILE),
        (StoragePlugin.MCAP, CompressionMode.MESSAGE),
    ],
)
def test_every_storage_and_compression_reads_alike(episode, tmp_path, storage, compression):
    copy = rewritten(episode, tmp_path, storage, compression)
    assert list(read_bag(copy)) == list(read_bag(episode))
    assert len(list(Episode(copy).steps())) == STEPS


@pytest.mark.parametrize("facts", [{"version": 10}, {"storage_identifier": ""}])
def test_good_bags_of_other_versions_are_read(episode, facts):
    change(episode, **facts)
    assert len(list(Episode(episode).steps())) == STEPS


@pytest.mark.parametrize("text", ["", "rosbag2_bagfile_information: [\n", "[1]", "a: 1"])
def test_metadata_that_are_none_are_a_sentence(episode, text):
    (episode / "metadata.yaml").write_text(text)
    with pytest.raises(AfilError, match=r"metadata.yaml"):
        list(Episode(episode).steps())


@pytest.mark.parametrize("keep", [0, 10, 0.5, 0.99])
def test_a_cut_bag_names_the_command_that_recovers_it(episode, keep):
    data = mcap_of(episode).read_bytes()
    mcap_of(episode).write_bytes(data[: keep if isinstance(keep, int) else int(keep * len(data))])
    with pytest.raises(AfilError, match=f"run `ros2 run afil_core recover_bag {episode}`"):
        list(Episode(episode).steps())


@pytest.mark.parametrize("keep", [0.5, 0.99])
def test_what_can_be_read_of_a_cut_bag_becomes_an_episode(episode, keep):
    whole = list(read_bag(episode))
    data = mcap_of(episode).read_bytes()
    mcap_of(episode).write_bytes(data[: int(keep * len(data))])
    recovered = recover_episode(episode)
    saved, count = recovered.path, recovered.messages
    assert saved.name == "episode_000001" and 0 < count < len(whole)
    assert list(read_bag(saved)) == whole[:count]
    assert Episode(saved).metadata.success is None
    assert Episode(saved).metadata.notes["recovered_from"] == "episode_000000"
    assert mcap_of(episode).stat().st_size == int(keep * len(data))


def kill_after(work):
    """Do something in a process that is then killed."""
    child = os.fork()
    if child == 0:
        with contextlib.suppress(BaseException):
            work()
        os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(child, 0)


def test_a_recording_that_was_killed_becomes_an_episode(tmp_path, capsys, monkeypatch):
    dataset = tmp_path / "demos"
    transforms = messages.serialize(messages.new("tf2_msgs/msg/TFMessage"))

    def record():
        writer = EpisodeWriter(dataset, FrankaOnPaper().contract, "lift the carrot", seed=7)
        writer.add_topic("/tf_static", "tf2_msgs/msg/TFMessage", Qos())
        writer.write("/tf_static", transforms, START_NS)
        fill(writer, STEPS)

    killed = dataset / ".partial" / "episode_000000"
    kill_after(record)
    assert not (killed / "metadata.yaml").exists()
    monkeypatch.setattr("sys.argv", ["recover_bag", str(killed)])
    assert recover_bag.main() == 0
    (found,) = list_episodes(dataset)
    assert found.metadata.instruction == "lift the carrot" and found.metadata.seed == 7
    assert 0 < len(list(found.steps())) <= STEPS
    assert list(read_bag(found.path, ["/tf_static"])) == [("/tf_static", START_NS, transforms)]
    assert str(found.path) in capsys.readouterr().out
    assert not killed.exists()


def test_a_bag_of_which_nothing_is_known_is_a_sentence(tmp_path):
    folder = tmp_path / "bag"
    folder.mkdir()
    with pytest.raises(AfilError, match="nothing says with which contract"):
        recover_episode(folder)
    with pytest.raises(AfilError, match="does not exist"):
        recover_episode(tmp_path / "nowhere")
    (tmp_path / "no.mcap").write_text("root:x:0:0")
    with pytest.raises(AfilError, match="nothing can be read of"):
        recover_damaged(tmp_path / "no.mcap")
    assert not (tmp_path / "no_recovered").exists()


def test_a_bag_that_others_recorded_says_so(episode):
    change(episode, custom_data=None)
    with pytest.raises(AfilError, match="was not recorded by AFIL"):
        list(Episode(episode).steps())


def test_a_missing_file_is_named(episode):
    mcap_of(episode).rename(episode / "other.mcap")
    with pytest.raises(AfilError, match=r"episode_000000\.mcap"):
        list(Episode(episode).steps())
