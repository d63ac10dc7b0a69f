"""The episode recorder, on real bags."""

import numpy as np
import pytest
from rosbags.rosbag2 import Reader

from afil_core import messages
from afil_core.bags import OfferedQos, read_bag
from afil_core.episodes import list_episodes
from afil_core.errors import AfilError
from afil_core.testing import changed
from afil_core.topics import Qos
from afil_teleop.recording.dataset import DatasetState, dataset_state
from afil_teleop.recording.recorder import EpisodeRecorder, RecordingSettings

STEP_NS = 100_000_000
IMAGE = "/camera/camera/color/image_raw"
GRIPPER = "/gripper_position_controller/commands"
TF_STATIC = "/tf_static"
INFO = "/camera/camera/color/camera_info"


def make_recorder(dataset, contract, world="lock_step", **given) -> EpisodeRecorder:
    settings = RecordingSettings(dataset, contract, "test", world, {"cue": "none"})
    return EpisodeRecorder(settings, "lift the orange object", **given)


def step(robot, stamp_ns, width=0.08):
    """Messages of a step in the order in which they are sent."""
    shade = np.full((240, 320, 3), stamp_ns // STEP_NS % 256, np.uint8)
    sent = robot.by_topic(stamp_ns, {"front_image": shade})
    return [*sent, *robot.command(stamp_ns, width=width)]


def record_steps(recorder, robot, steps, first_ns=STEP_NS) -> None:
    for k in range(steps):
        stamp_ns = first_ns + k * STEP_NS
        for index, (topic, cdr) in enumerate(step(robot, stamp_ns)):
            recorder.receive(topic, cdr, stamp_ns, stamp_ns + index)


def tf(child: str) -> bytes:
    transform = messages.new("geometry_msgs/msg/TransformStamped", child_frame_id=child)
    return messages.serialize(messages.new("tf2_msgs/msg/TFMessage", transforms=[transform]))


def test_a_saved_episode_holds_every_message_unchanged(tmp_path, franka, robot):
    recorder = make_recorder(tmp_path / "data", franka)
    recorder.start()
    record_steps(recorder, robot, 3)
    assert recorder.frames == 3
    path = recorder.save(success=True, seed=5)

    (episode,) = list_episodes(tmp_path / "data")
    assert episode.path == path
    assert episode.metadata.success is True and episode.metadata.seed == 5
    assert episode.metadata.notes == {"cue": "none"}
    expected = {t: [] for t in franka.topics()}
    for k in range(3):
        for topic, cdr in step(robot, STEP_NS * (k + 1)):
            expected[topic].append(cdr)
    found = {t: [] for t in franka.topics()}
    for topic, _, cdr in read_bag(path):
        found[topic].append(cdr)
    assert found == expected
    assert len(list(episode.steps())) == 3


def test_messages_outside_of_an_episode_are_not_recorded(tmp_path, franka, robot):
    recorder = make_recorder(tmp_path / "data", franka)
    record_steps(recorder, robot, 2)
    recorder.start()
    record_steps(recorder, robot, 1, first_ns=5 * STEP_NS)
    path = recorder.save(success=False, seed=None)
    assert min(t for _, t, _ in read_bag(path)) == 5 * STEP_NS
    record_steps(recorder, robot, 2)
    assert recorder.counts == {}


def test_a_real_robots_messages_are_logged_when_they_were_received(tmp_path, franka, robot):
    recorder = make_recorder(tmp_path / "data", franka, "none")
    recorder.start()
    for topic, cdr in step(robot, 1):
        recorder.receive(topic, cdr, 7_000)
    assert {t for _, t, _ in read_bag(recorder.save(success=True, seed=None))} == {7_000}


def test_a_simulated_message_is_not_logged_before_its_stamp(tmp_path, franka, robot):
    """The world's /clock may come after the message, at the start of a session even after 0."""
    recorder = make_recorder(tmp_path / "data", franka, "real_time")
    recorder.start()
    for topic, cdr in step(robot, STEP_NS):
        recorder.receive(topic, cdr, 0 if topic != GRIPPER else STEP_NS)
    for topic, cdr in step(robot, 2 * STEP_NS):
        recorder.receive(topic, cdr, 3 * STEP_NS)
    path = recorder.save(success=True, seed=None)
    assert {t for _, t, _ in read_bag(path)} == {STEP_NS, 3 * STEP_NS}
    assert list_episodes(tmp_path / "data")[0].metadata.problems == ()


def test_an_episode_without_a_topic_of_the_contract_is_not_saved_but_can_be_completed(
    tmp_path, franka, robot
):
    recorder = make_recorder(tmp_path / "data", franka)
    recorder.start()
    for topic, cdr in robot.by_topic(STEP_NS):
        recorder.receive(topic, cdr, STEP_NS)
    with pytest.raises(AfilError, match="no message on /target_pose, which"):
        recorder.save(success=True, seed=0)
    for topic, cdr in robot.command(STEP_NS):
        recorder.receive(topic, cdr, STEP_NS, STEP_NS)
    recorder.save(success=True, seed=0)
    assert len(list_episodes(tmp_path / "data")) == 1


@pytest.mark.parametrize("commanded_at", [(), (1,)])
def test_a_gripper_that_is_commanded_by_events_is_saved_and_the_measured_width_speaks(
    tmp_path, franka, robot, commanded_at
):
    recorder = make_recorder(tmp_path / "data", franka, "none")
    recorder.start()
    for k in range(1, 5):
        for topic, cdr in step(robot, k * STEP_NS, width=0.02):
            if topic != GRIPPER or k - 1 in commanded_at:
                recorder.receive(topic, cdr, k * STEP_NS)
    recorder.save(success=True, seed=None)
    (episode,) = list_episodes(tmp_path / "data")
    widths = [s.action[6] for s in episode.steps()]
    assert widths == pytest.approx([0.08, 0.02, 0.02, 0.02] if commanded_at else [0.08] * 4)


def test_a_discarded_episode_leaves_the_others_alone(tmp_path, franka, robot):
    data = tmp_path / "data"
    recorder = make_recorder(data, franka)
    recorder.start()
    record_steps(recorder, robot, 2)
    saved = recorder.save(success=True, seed=0)
    before = {p.name: p.read_bytes() for p in saved.iterdir()}
    recorder.start()
    record_steps(recorder, robot, 2)
    recorder.discard()
    assert [e.path for e in list_episodes(data)] == [saved]
    assert {p.name: p.read_bytes() for p in saved.iterdir()} == before
    assert not list((data / ".partial").iterdir())


def test_an_episode_that_is_left_open_can_be_read_and_is_not_in_the_dataset(
    tmp_path, franka, robot
):
    data = tmp_path / "data"
    recorder = make_recorder(data, franka)
    name = recorder.start()
    record_steps(recorder, robot, 3)
    path = recorder.leave()
    assert path == data / ".partial" / name
    assert len(list(read_bag(path, [IMAGE]))) == 3
    assert dataset_state(
        data, franka, instructions=("x",), notes={}, first_seed=4
    ) == DatasetState(0, 0, 4)


def test_while_the_world_is_reset_nothing_is_recorded(tmp_path, franka, robot):
    recorder = make_recorder(tmp_path / "data", franka, "real_time")
    recorder.start()
    recorder.pause()
    record_steps(recorder, robot, 2)
    recorder.resume()
    record_steps(recorder, robot, 2, first_ns=20 * STEP_NS)
    path = recorder.save(success=True, seed=0)
    assert {t for _, t, _ in read_bag(path)} == {20 * STEP_NS, 21 * STEP_NS}
    recorder.start()
    recorder.pause()
    recorder.discard()
    recorder.start()
    record_steps(recorder, robot, 1)
    assert set(recorder.counts.values()) == {1}


def test_a_frame_counts_when_all_of_its_topics_arrived(tmp_path, franka, robot):
    recorder = make_recorder(tmp_path / "data", franka)
    recorder.start()
    record_steps(recorder, robot, 2)
    *rest, (image, cdr) = robot.by_topic(3 * STEP_NS)
    recorder.receive(image, cdr, 0)
    assert (recorder.counts[image], recorder.frames) == (3, 2)
    for topic, cdr in rest:
        recorder.receive(topic, cdr, 0)
    assert recorder.frames == 3


def test_the_bag_keeps_what_was_offered_not_what_was_asked_for(tmp_path, franka, robot):
    recorder = make_recorder(tmp_path / "data", franka)
    recorder.offered = {IMAGE: (OfferedQos(reliability=1, durability=2),)}
    recorder.start()
    record_steps(recorder, robot, 2)
    with Reader(recorder.save(success=True, seed=0)) as reader:
        found = {c.topic: c.ext.offered_qos_profiles for c in reader.connections}
    assert franka.stream("front_image").qos.reliability == "best_effort"
    assert [p.reliability.value for p in found[IMAGE]] == [1]
    assert [p.reliability.value for p in found[franka.stream("ee_pose").topic]] == [2]


@pytest.mark.parametrize("world", ["none", "lock_step"])
def test_what_is_latched_heads_every_episode_at_the_first_messages_time(
    tmp_path, franka, robot, world
):
    recorder = make_recorder(tmp_path / "data", franka, world)
    recorder.add_extra_topic(
        TF_STATIC, "tf2_msgs/msg/TFMessage", Qos(durability="transient_local")
    )
    for child in ("camera", "hand", "camera"):
        recorder.receive(TF_STATIC, tf(child), 0)
    for first_ns in (STEP_NS, 50 * STEP_NS):
        recorder.start()
        record_steps(recorder, robot, 2, first_ns)
        path = recorder.save(success=True, seed=0)
        first_two = list(read_bag(path))[:2]
        assert first_two == [(TF_STATIC, first_ns, tf(child)) for child in ("hand", "camera")]


def test_extra_topics_are_recorded_when_they_come(tmp_path, franka, robot):
    recorder = make_recorder(tmp_path / "data", franka)
    recorder.add_extra_topic(INFO, "sensor_msgs/msg/CameraInfo", Qos())
    info = messages.serialize(
        messages.new("sensor_msgs/msg/CameraInfo", header=messages.header(STEP_NS, "camera"))
    )
    recorder.receive(INFO, info, 0)
    recorder.start()
    record_steps(recorder, robot, 1)
    recorder.receive(INFO, info, 0, STEP_NS)
    path = recorder.save(success=True, seed=0)
    assert list(read_bag(path, [INFO])) == [(INFO, STEP_NS, info)]
    assert list_episodes(tmp_path / "data")[0].metadata.topics[INFO].count == 1
    assert TF_STATIC not in {t for t, _, _ in read_bag(path)}, "nobody sent any"


def test_an_extra_topic_that_the_contract_requires_must_have_a_message(tmp_path, franka, robot):
    contract = changed(franka, {f"extra_topics.{INFO[1:]}.required": True})
    recorder = make_recorder(tmp_path / "data", contract)
    recorder.start()
    record_steps(recorder, robot, 1)
    with pytest.raises(AfilError, match=f"no message on {INFO}"):
        recorder.save(success=True, seed=0)


def test_a_clock_that_is_set_back_is_kept_in_the_episode(tmp_path, franka, robot):
    recorder = make_recorder(tmp_path / "data", franka, "none")
    recorder.start()
    for k in range(20):
        now_ns = 100 * STEP_NS + k * STEP_NS - (15 * STEP_NS if k >= 10 else 0)
        for topic, cdr in step(robot, now_ns):
            recorder.receive(topic, cdr, now_ns)
    recorder.save(success=True, seed=None)
    (episode,) = list_episodes(tmp_path / "data")
    assert episode.metadata.clock_steps == 1
    assert "the recording clock was set back by 1.4" in " ".join(episode.metadata.problems)
    steps = list(episode.steps())
    assert len(steps) > 15
    assert max(abs(s.action[:3]).max() for s in steps) < 1e-9, "nothing is mixed"


def test_without_words_for_the_task_the_episode_stays_open(tmp_path, franka, robot):
    recorder = make_recorder(tmp_path / "data", franka)
    recorder.instruction = ""
    recorder.start()
    record_steps(recorder, robot, 1)
    with pytest.raises(AfilError, match="instruction:="):
        recorder.save(success=True, seed=0)
    recorder.instruction = "lift it"
    recorder.save(success=True, seed=0)
    assert list_episodes(tmp_path / "data")[0].metadata.instruction == "lift it"


def test_what_was_wrong_beside_the_clocks_is_saved_with_the_episode(tmp_path, franka, robot):
    wrong: list[str] = []
    recorder = make_recorder(tmp_path / "data", franka, problems=lambda: wrong)
    recorder.start()
    record_steps(recorder, robot, 1)
    wrong.append("two nodes publish /target_pose")
    recorder.save(success=False, seed=0)
    assert list_episodes(tmp_path / "data")[0].metadata.problems == tuple(wrong)


def test_bytes_that_are_no_message_do_not_end_the_recording(tmp_path, franka, robot):
    recorder = make_recorder(tmp_path / "data", franka, "none")
    recorder.start()
    recorder.receive(IMAGE, bytes([0, 1, 0, 0, 0, 0]), STEP_NS)
    record_steps(recorder, robot, 3, first_ns=2 * STEP_NS)
    recorder.save(success=True, seed=0)
    (episode,) = list_episodes(tmp_path / "data")
    reader = episode.steps()
    assert len(list(reader)) == 3 and reader.left_out.lost == 1
