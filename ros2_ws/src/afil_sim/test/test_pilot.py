"""The expert answers each frame of a running episode once, whatever the order of arrival."""

import numpy as np

from afil_core import codecs, world_protocol
from afil_core.contract import load_contract
from afil_sim.pilot import ExpertPilot

PERIOD = 100_000_000
FRANKA = load_contract("franka")
POSE = np.array([0.5, 0.0, 0.3, 1, 0, 0, 0.0])


def status(episode: int, state: str) -> tuple[str, bytes]:
    value = world_protocol.EpisodeStatus(episode, episode, state, False, 0, 0)
    return world_protocol.EPISODE_TOPIC, value.encode()


def frame(stamp: int, height: float = 0.3) -> list[tuple[str, bytes]]:
    pose = POSE.copy()
    pose[2] = height
    fingers = ["fr3_finger_joint1", "fr3_finger_joint2"]
    return [
        (FRANKA.stream("ee_pose").topic, codecs.encode_pose(pose, stamp, "fr3_link0")),
        (
            FRANKA.stream("gripper_width").topic,
            codecs.encode_joint_state(fingers, np.full(2, 0.04), stamp),
        ),
        (world_protocol.TARGET_OBJECT_TOPIC, codecs.encode_pose(POSE, stamp, "fr3_link0")),
    ]


def answers(pilot: ExpertPilot, messages: list[tuple[str, bytes]]) -> list[tuple[str, bytes]]:
    return [out for topic, cdr in messages for out in pilot.receive(topic, cdr)]


def test_each_frame_is_answered_once_gripper_first():
    pilot = ExpertPilot(FRANKA)
    sent = answers(pilot, [status(0, "running"), *frame(PERIOD), *frame(PERIOD)])
    assert [topic for topic, _ in sent] == [
        "/gripper_position_controller/commands",
        "/target_pose",
    ]
    assert codecs.decode_pose(sent[1][1]).stamp_ns == PERIOD


def test_frame_of_an_idle_world_is_not_answered():
    assert answers(ExpertPilot(FRANKA), [status(0, "done"), *frame(PERIOD)]) == []


def test_frame_that_came_before_its_status_is_answered_with_it():
    sent = answers(ExpertPilot(FRANKA), [*frame(PERIOD), status(0, "running")])
    assert len(sent) == 2


def test_last_frame_of_an_episode_is_not_answered_in_the_next_one():
    pilot = ExpertPilot(FRANKA)
    answers(pilot, [status(0, "running"), *frame(PERIOD), status(0, "done")])
    late = answers(pilot, [*frame(2 * PERIOD, height=0.1), status(1, "running")])
    assert late == []
    stamp = 2 * PERIOD + world_protocol.EPISODE_GAP_NS
    (_, (_, pose)) = answers(pilot, frame(stamp, height=0.3))
    decoded = codecs.decode_pose(pose)
    assert decoded.stamp_ns == stamp
    assert abs(decoded.value[2] - 0.3) < 0.06
