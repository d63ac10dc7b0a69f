"""The episode recorder, on real bags."""

import numpy as np
import pytest

from afil_core.bags import read_bag
from afil_core.codecs import decode_float_array
from afil_core.episodes import list_episodes
from afil_core.errors import AfilError
from afil_teleop.recording.dataset import DatasetState, dataset_state
from afil_teleop.recording.recorder import EpisodeRecorder, RecordingSettings

STEP_NS = 100_000_000


def make_recorder(dataset, contract, *, lock_step=True) -> EpisodeRecorder:
    return EpisodeRecorder(
        RecordingSettings(
            dataset, contract, "lift the orange object", "test", lock_step, {"cue": "none"}
        )
    )


def record_steps(recorder, source, steps, first_ns=STEP_NS) -> None:
    for k in range(steps):
        stamp_ns = first_ns + k * STEP_NS
        for topic, cdr in [*source.observations(stamp_ns), *source.command(stamp_ns)]:
            recorder.receive(topic, cdr, stamp_ns)


def test_a_saved_episode_holds_every_message_unchanged(tmp_path, franka, franka_messages):
    recorder = make_recorder(tmp_path / "data", franka)
    recorder.begin()
    record_steps(recorder, franka_messages, 3)
    assert recorder.frames == 3
    path = recorder.finish(success=True, seed=5)

    (episode,) = list_episodes(tmp_path / "data")
    assert episode.path == path
    assert episode.metadata.success is True and episode.metadata.seed == 5
    assert episode.metadata.notes == {"cue": "none"}
    expected = {t: [] for t in franka.topics()}
    for k in range(3):
        stamp_ns = STEP_NS * (k + 1)
        for topic, cdr in [
            *franka_messages.observations(stamp_ns),
            *franka_messages.command(stamp_ns),
        ]:
            expected[topic].append(cdr)
    found = {t: [] for t in franka.topics()}
    for topic, _, cdr in read_bag(path):
        found[topic].append(cdr)
    assert found == expected
    assert len(list(episode.steps())) == 3


def test_messages_outside_of_an_episode_are_not_recorded(tmp_path, franka, franka_messages):
    recorder = make_recorder(tmp_path / "data", franka)
    record_steps(recorder, franka_messages, 2)
    recorder.begin()
    record_steps(recorder, franka_messages, 1, first_ns=5 * STEP_NS)
    path = recorder.finish(success=False, seed=None)
    assert min(t for _, t, _ in read_bag(path)) == 5 * STEP_NS
    record_steps(recorder, franka_messages, 2)
    assert recorder.counts == {}


def test_a_lock_step_message_is_logged_at_its_stamp_however_late_it_is_read(
    tmp_path, franka, franka_messages
):
    recorder = make_recorder(tmp_path / "data", franka)
    recorder.begin()
    for k in range(4):
        stamp_ns = STEP_NS * (k + 1)
        # The clock that the recorder reads is a step behind, then a step ahead.
        behind, ahead = stamp_ns - STEP_NS, stamp_ns + STEP_NS
        for topic, cdr in franka_messages.observations(stamp_ns):
            recorder.receive(topic, cdr, behind)
        for topic, cdr in franka_messages.command(stamp_ns, width=0.01 * k):
            recorder.receive(topic, cdr, ahead)
    path = recorder.finish(success=True, seed=0)
    gripper = franka_messages.commands["gripper"]
    logged = [(t, decode_float_array(cdr)[0]) for topic, t, cdr in read_bag(path, [gripper])]
    assert logged == [(STEP_NS * (k + 1), pytest.approx(0.01 * k)) for k in range(4)]


def test_a_late_answer_to_the_previous_episode_is_not_recorded(tmp_path, franka, franka_messages):
    recorder = make_recorder(tmp_path / "data", franka)
    recorder.begin()
    for topic, cdr in franka_messages.command(STEP_NS, width=0.0):
        recorder.receive(topic, cdr, 0)
    record_steps(recorder, franka_messages, 2, first_ns=20 * STEP_NS)
    path = recorder.finish(success=True, seed=0)
    assert {t for _, t, _ in read_bag(path)} == {20 * STEP_NS, 21 * STEP_NS}


def test_an_answer_that_is_read_before_its_frame_is_recorded(tmp_path, franka, franka_messages):
    recorder = make_recorder(tmp_path / "data", franka)
    recorder.begin()
    for topic, cdr in [
        *franka_messages.command(STEP_NS),
        *franka_messages.observations(STEP_NS),
    ]:
        recorder.receive(topic, cdr, 0)
    assert set(recorder.counts.values()) == {1}


def test_a_real_robot_s_messages_are_logged_when_they_were_received(
    tmp_path, franka, franka_messages
):
    recorder = make_recorder(tmp_path / "data", franka, lock_step=False)
    recorder.begin()
    received_ns = 7_000
    for topic, cdr in [*franka_messages.observations(1), *franka_messages.command(1)]:
        recorder.receive(topic, cdr, received_ns)
    assert {t for _, t, _ in read_bag(recorder.finish(success=True, seed=None))} == {7_000}


def test_an_episode_without_a_topic_of_the_contract_is_not_saved_but_can_be_completed(
    tmp_path, franka, franka_messages
):
    recorder = make_recorder(tmp_path / "data", franka)
    recorder.begin()
    for topic, cdr in franka_messages.observations(STEP_NS):
        recorder.receive(topic, cdr, STEP_NS)
    with pytest.raises(AfilError, match=r"no message came on /target_pose, /gripper"):
        recorder.finish(success=True, seed=0)
    for topic, cdr in franka_messages.command(STEP_NS):
        recorder.receive(topic, cdr, STEP_NS)
    recorder.finish(success=True, seed=0)
    assert len(list_episodes(tmp_path / "data")) == 1


def test_a_discarded_episode_leaves_the_others_alone(tmp_path, franka, franka_messages):
    data = tmp_path / "data"
    recorder = make_recorder(data, franka)
    recorder.begin()
    record_steps(recorder, franka_messages, 2)
    saved = recorder.finish(success=True, seed=0)
    before = {p.name: p.read_bytes() for p in saved.iterdir()}
    recorder.begin()
    record_steps(recorder, franka_messages, 2)
    recorder.abandon()
    assert [e.path for e in list_episodes(data)] == [saved]
    assert {p.name: p.read_bytes() for p in saved.iterdir()} == before
    assert not list((data / ".partial").iterdir())


def test_an_episode_that_is_left_open_can_be_read_and_is_not_in_the_dataset(
    tmp_path, franka, franka_messages
):
    data = tmp_path / "data"
    recorder = make_recorder(data, franka)
    name = recorder.begin()
    record_steps(recorder, franka_messages, 3)
    path = recorder.leave()
    assert path == data / ".partial" / name
    assert len(list(read_bag(path, [franka_messages.image.topic]))) == 3
    assert dataset_state(data, franka, instruction="x", notes={}, first_seed=4) == DatasetState(
        0, 0, 4
    )


def test_while_the_world_is_reset_nothing_is_recorded(tmp_path, franka, franka_messages):
    recorder = make_recorder(tmp_path / "data", franka, lock_step=False)
    recorder.begin()
    recorder.pause()
    record_steps(recorder, franka_messages, 2)
    recorder.resume()
    record_steps(recorder, franka_messages, 2, first_ns=20 * STEP_NS)
    path = recorder.finish(success=True, seed=0)
    assert {t for _, t, _ in read_bag(path)} == {20 * STEP_NS, 21 * STEP_NS}
    recorder.begin()
    recorder.pause()
    recorder.abandon()
    recorder.begin()
    record_steps(recorder, franka_messages, 1)
    assert set(recorder.counts.values()) == {1}


def test_lost_frames_show_as_gaps_between_header_stamps(tmp_path, franka, franka_messages):
    recorder = make_recorder(tmp_path / "data", franka)
    recorder.begin()
    for k in (1, 2, 5, 6):
        for topic, cdr in franka_messages.observations(k * STEP_NS):
            recorder.receive(topic, cdr, k * STEP_NS)
    gap = recorder.gaps[franka_messages.image.topic]
    assert gap.gaps == 1
    assert gap.longest_s == pytest.approx(0.3)


def test_a_frame_counts_when_all_of_its_topics_arrived(tmp_path, franka, franka_messages):
    recorder = make_recorder(tmp_path / "data", franka)
    recorder.begin()
    record_steps(recorder, franka_messages, 2)
    *rest, (image, cdr) = franka_messages.observations(3 * STEP_NS)
    recorder.receive(image, cdr, 0)
    assert (recorder.counts[image], recorder.frames) == (3, 2)
    for topic, cdr in rest:
        recorder.receive(topic, cdr, 0)
    assert recorder.frames == 3


def test_bytes_of_another_type_are_refused_with_the_type(tmp_path, franka, franka_messages):
    recorder = make_recorder(tmp_path / "data", franka)
    recorder.begin()
    with pytest.raises(AfilError, match="sensor_msgs/msg/Image"):
        recorder.receive(franka_messages.image.topic, bytes(np.zeros(6, np.uint8)), 0)
