"""Reading what faulty drivers sent: left out, counted and said, never mixed in or fatal."""

import numpy as np
import pytest

from afil_core import codecs, messages
from afil_core.episodes import Episode, LeftOut
from afil_core.errors import AfilError
from afil_core.kinds.joints import joint_state
from afil_core.testing import READY_JOINTS, FrankaOnPaper, record_franka

ROBOT = FrankaOnPaper()
IMAGE = ROBOT.contract.stream("front_image").topic
JOINTS = ROBOT.contract.stream("joint_positions")
EE = ROBOT.contract.stream("ee_pose")
POSE, GRIPPER = "/target_pose", "/gripper_position_controller/commands"
S = 1_000_000_000


def read(tmp_path, change, steps=20):
    reader = Episode(record_franka(tmp_path / "demos", steps, change=change)).steps()
    return list(reader), reader.left_out


def at_step(k, topic, make):
    """A fault in one message: of the k-th step."""
    when = S + k * S // 10

    def change(t, cdr, log_ns):
        return (
            (t, make(cdr, log_ns), log_ns) if t == topic and log_ns == when else (t, cdr, log_ns)
        )

    return change


def restamped(cdr, stamp_ns):
    sec, nanosec = divmod(stamp_ns, S)
    return cdr[:4] + np.array([sec, nanosec], "<i4").tobytes() + cdr[12:]


def joints(names, values):
    return lambda cdr, log_ns: messages.serialize(
        joint_state(names, np.asarray(values, float), log_ns)
    )


BAD_MESSAGES = {
    "NaN in a joint": (JOINTS.topic, joints(JOINTS.joints, [*READY_JOINTS[:6], np.nan])),
    "partial joints": (JOINTS.topic, joints(JOINTS.joints[:3], READY_JOINTS[:3])),
    "no joints": (JOINTS.topic, joints([], [])),
    "names without values": (JOINTS.topic, joints(JOINTS.joints, [])),
    "joints in degrees": (JOINTS.topic, joints(JOINTS.joints, np.degrees(READY_JOINTS))),
    "another frame": (EE.topic, lambda cdr, t: codecs.encode_pose(np.eye(7)[6], t, "world")),
    "no quaternion": (EE.topic, lambda cdr, t: codecs.encode_pose(np.zeros(7), t, "fr3_link0")),
    "an encoding that is not the contract's": (
        IMAGE,
        lambda cdr, t: codecs.encode_mono_image(
            np.zeros((240, 320), np.uint8), t, "camera_color_optical_frame"
        ),
    ),
    "another size": (
        IMAGE,
        lambda cdr, t: codecs.encode_image(
            np.zeros((24, 32, 3), np.uint8), t, "camera_color_optical_frame"
        ),
    ),
    "a cut image": (IMAGE, lambda cdr, t: cdr[:2000]),
    "no bytes": (JOINTS.topic, lambda cdr, t: cdr[:4]),
    "a command that is not finite": (
        POSE,
        lambda cdr, t: codecs.encode_pose(np.full(7, np.nan), t, "fr3_link0"),
    ),
    "a gripper command out of range": (GRIPPER, lambda cdr, t: codecs.encode_float_array([255])),
}


@pytest.mark.parametrize("fault", BAD_MESSAGES)
def test_one_bad_message_costs_its_tick_and_no_other(tmp_path, fault):
    topic, make = BAD_MESSAGES[fault]
    whole, _ = read(tmp_path / "whole", None)
    steps, left_out = read(tmp_path / "faulty", at_step(7, topic, make))
    kept = {s.stamp_ns: s for s in steps}
    # A target belongs to its own tick and is where the next one starts.
    lost = {s.stamp_ns for s in whole} - kept.keys()
    assert {S + 7 * S // 10} <= lost <= {S + 7 * S // 10, S + 8 * S // 10}
    for step in whole:
        if step.stamp_ns in kept:
            np.testing.assert_array_equal(step.action, kept[step.stamp_ns].action)
    assert left_out.lost == len(lost) and left_out.used == len(kept)
    assert topic in left_out.summary() and "episode_000000" in left_out.summary()
    left_out.require(0.1)


@pytest.mark.parametrize("fault", BAD_MESSAGES)
def test_an_episode_of_bad_messages_is_refused_with_the_reason(tmp_path, fault):
    topic, make = BAD_MESSAGES[fault]
    steps, left_out = read(tmp_path, lambda t, c, n: (t, make(c, n) if t == topic else c, n))
    assert not steps
    with pytest.raises(AfilError, match="20 of 20 ticks left out.*record the episode again"):
        left_out.require(0.1)


def test_commands_with_stamp_zero_are_refused_and_never_silent_zeros(tmp_path):
    steps, left_out = read(tmp_path, lambda t, c, n: (t, restamped(c, 0) if t == POSE else c, n))
    assert not steps
    with pytest.raises(AfilError, match="/target_pose has messages with stamp 0"):
        left_out.require(0.1)


@pytest.mark.parametrize("offset_s", [-10, 0.9])
def test_a_camera_with_another_clock_is_named(tmp_path, offset_s):
    steps, left_out = read(
        tmp_path,
        lambda t, c, n: (
            t,
            restamped(c, 20 * S + n + int(offset_s * S))
            if t == IMAGE
            else restamped(c, 20 * S + n)
            if t != GRIPPER
            else c,
            20 * S + n,
        ),
    )
    assert not steps
    with pytest.raises(AfilError, match="away from the time of its arrival"):
        left_out.require(0.1)


def test_an_image_with_stamp_zero_is_named(tmp_path):
    steps, left_out = read(tmp_path, lambda t, c, n: (t, restamped(c, 0) if t == IMAGE else c, n))
    assert not steps
    with pytest.raises(AfilError, match="color/image_raw has messages with stamp 0"):
        left_out.require(0.1)


@pytest.mark.parametrize("back_s", [0.5, 1.5, 5.0])
def test_a_host_clock_that_is_set_back_mixes_nothing(tmp_path, back_s):
    def change(topic, cdr, log_ns):
        new = log_ns + 10 * S - (int(back_s * S) if log_ns >= 2 * S else 0)
        return topic, cdr if topic == GRIPPER else restamped(cdr, new), new

    steps, left_out = read(tmp_path, change)
    assert len(steps) >= 18
    for step in steps:
        np.testing.assert_allclose(step.action[:3], [0.01, 0, 0], atol=1e-9)
    assert "was set back" in left_out.summary()


def test_a_gripper_without_commands_is_known_by_its_measured_width(tmp_path):
    steps, left_out = read(tmp_path, lambda t, c, n: None if t == GRIPPER else (t, c, n))
    assert len(steps) == 20 and not left_out.lost
    assert all(s.action[6] == pytest.approx(0.08) for s in steps)


def test_a_camera_that_died_leaves_the_rest_out_without_a_word_only_where_no_frame_came(tmp_path):
    steps, _ = read(tmp_path, lambda t, c, n: None if t == IMAGE and n > 2 * S else (t, c, n))
    assert [s.stamp_ns for s in steps] == [S + k * S // 10 for k in range(11)]


def test_only_the_streams_that_are_asked_for_are_decoded(tmp_path):
    path = record_franka(tmp_path / "demos", 5)
    (first, *_) = Episode(path).steps(["ee_pose", "gripper_width"])
    assert set(first.observations) == {"front_image", "ee_pose", "gripper_width"}


def test_a_bad_frame_is_an_error_unless_somebody_counts(tmp_path):
    fault = at_step(2, IMAGE, lambda cdr, t: cdr[:2000])
    episode = Episode(record_franka(tmp_path / "demos", 5, change=fault))
    with pytest.raises(AfilError):
        list(episode.images("front_image"))
    left_out = LeftOut(episode.path, "frames")
    assert len(list(episode.images("front_image", left_out))) == 4
    assert (left_out.used, left_out.lost) == (4, 1)


def test_late_commands_still_belong_to_their_tick(tmp_path):
    late, _ = read(tmp_path / "late", lambda t, c, n: (t, c, n + S // 2 if t == POSE else n))
    whole, _ = read(tmp_path / "whole", None)
    for a, b in zip(late, whole, strict=True):
        np.testing.assert_allclose(a.action, b.action, atol=1e-9)


def test_an_action_finds_the_streams_that_it_needs_whoever_reads(tmp_path):
    episode = Episode(record_franka(tmp_path / "demos", 5))
    actions = [step.action for step in episode.steps()]
    images_alone = list(episode.steps(["front_image"]))
    assert "joint_positions" not in images_alone[0].observations
    np.testing.assert_array_equal(actions, [step.action for step in images_alone])
