"""Recording through real processes: world, expert, recorder, launch."""

from __future__ import annotations

import shutil
from pathlib import Path

import psutil
import pytest
from rosbags.highlevel import AnyReader

from afil_core.episodes import list_episodes


def test_as_many_episodes_as_asked_are_recorded_with_consecutive_seeds(demos):
    episodes = list_episodes(demos)
    assert [e.metadata.seed for e in episodes] == [0, 1]
    assert all(e.metadata.success for e in episodes)
    assert {e.metadata.notes["cue"] for e in episodes} == {"intact"}
    assert not list((demos / ".partial").iterdir())


def test_every_frame_of_an_episode_has_all_of_its_messages(demos):
    for episode in list_episodes(demos):
        contract = episode.contract
        counts = {t: s.count for t, s in episode.metadata.topics.items()}
        frames = counts[contract.stream(contract.anchor).topic]
        assert frames > 10
        assert {counts[s.topic] for s in contract.observations} == {frames}
        # The last frame's answer may be on its way when the world says that it is over.
        answers = {counts[c.topic] for c in contract.require_action().demonstrated}
        assert answers <= {frames - 1, frames}
        assert len(list(episode.steps())) == frames


def test_the_bags_open_in_rosbags(demos):
    for episode in list_episodes(demos):
        with AnyReader([episode.path]) as reader:
            topics = {c.topic for c in reader.connections}
            assert topics == set(episode.contract.topics())
            read = 0
            for connection, _, cdr in reader.messages():
                reader.deserialize(cdr, connection.msgtype)
                read += 1
            assert read == sum(s.count for s in episode.metadata.topics.values())


def test_ros2_bag_info_opens_the_bags(demos, processes, ros2_command):
    ros2_command("ros2bag", "rosbag2_storage_mcap")
    episode = list_episodes(demos)[0]
    text = processes.succeed("bag", "info", str(episode.path))
    assert "mcap" in text
    for topic, (msgtype, _) in episode.contract.topics().items():
        line = next(row for row in text.splitlines() if f" {topic} " in row)
        assert msgtype in line
        assert f"Count: {episode.metadata.topics[topic].count} " in line


def test_recording_again_leaves_what_is_there_as_it_is(
    demos, recorded_files, processes, record_command, files_of, tmp_path_factory
):
    copy = tmp_path_factory.mktemp("again") / "demos"
    for name in recorded_files:
        target = copy / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes((demos / name).read_bytes())
    text = processes.succeed(*record_command(copy, 2))
    assert "nothing to record" in text
    assert files_of(copy) == recorded_files


@pytest.fixture(scope="module")
def killed(demos, processes, record_command, tmp_path_factory):
    """A dataset whose recording went on and was killed, as by a crash."""
    dataset = Path(shutil.copytree(demos, tmp_path_factory.mktemp("killed") / "demos"))
    launch = processes.Process(["ros2", *record_command(dataset, 50)])
    try:
        launch.wait_for("episode 3/50", 60)
        launch.kill()
    finally:
        launch.stop()
    return dataset


def test_a_recorder_that_is_killed_leaves_whole_episodes(killed):
    episodes = list_episodes(killed)
    assert len(episodes) >= 3
    assert all(len(list(e.steps())) > 10 for e in episodes)


def test_what_was_killed_is_gone_on_from_and_a_node_that_dies_fails_the_launch(
    killed, processes, record_command, files_of
):
    before = {e.path.name: files_of(e.path) for e in list_episodes(killed)}
    launch = processes.Process(["ros2", *record_command(killed, 50)])
    try:
        launch.wait_for(f"episode {len(before) + 1}/50", 60)
        mine = psutil.Process(launch.pid).children(recursive=True)
        (node,) = [p for p in mine if any("expert_node" in word for word in p.cmdline())]
        node.kill()
        finished = launch.wait(30)
    finally:
        launch.stop()
    assert finished.code != 0
    assert "expert_node" in finished.output and "Traceback" not in finished.output
    after = list_episodes(killed)
    assert all(e.metadata.topics for e in after)
    assert [e.metadata.seed for e in after] == list(range(len(after)))
    assert len(after) > len(before)
    assert {e.path.name: files_of(e.path) for e in after[: len(before)]} == before


def test_two_robots_of_one_machine_are_recorded_at_once(processes, record_command, tmp_path):
    launches = {
        side: processes.Process(
            ["ros2", *record_command(tmp_path / side, 1), f"namespace:={side}", f"first_seed:={k}"]
        )
        for k, side in enumerate(("left", "right"))
    }
    try:
        for side, launch in launches.items():
            finished = launch.wait(120)
            assert finished.code == 0, f"{side}: {finished.output}"
    finally:
        for launch in launches.values():
            launch.stop()
    for k, side in enumerate(launches):
        episodes = list_episodes(tmp_path / side)
        assert [e.metadata.seed for e in episodes] == [k]
        assert {t.split("/")[1] for e in episodes for t in e.metadata.topics} == {side}
        assert all(len(list(e.steps())) > 10 for e in episodes)


def test_the_users_command_works_as_typed_in_an_empty_folder(processes, tmp_path):
    output = processes.succeed(
        *("launch", "afil_teleop", "record.launch.py", "sim:=true", "source:=expert"),
        timeout_s=180,
        cwd=tmp_path,
    )
    assert "10 episode(s) recorded" in output
    episodes = list_episodes(tmp_path / "demos")
    assert len(episodes) == 10
    assert {e.metadata.instruction for e in episodes} == {"lift the small orange object"}
    assert {e.metadata.notes["task"] for e in episodes} == {"lift_carrot"}
