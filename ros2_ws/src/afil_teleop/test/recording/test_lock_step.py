"""Log times in lock-step do not depend on the order in which an executor reads the topics."""

import random

import numpy as np
import pytest

from afil_core.codecs import decode_float_array
from afil_core.messages import peek_stamp
from afil_core.testing import changed
from afil_teleop.recording.lock_step import LockStepTimes

STEP_NS = 100_000_000
GRIPPER = "/gripper_position_controller/commands"
POSE = "/target_pose"
IMAGE = "/camera/camera/color/image_raw"


def episode(robot, steps, without_gripper=(), first=1):
    """Messages with the times at which they were sent: frames, and the answers to them."""
    sent = []
    for k in range(first, first + steps):
        messages = [*robot.by_topic(k * STEP_NS), *robot.command(k * STEP_NS, width=0.001 * k)]
        for index, (topic, cdr) in enumerate(messages):
            if topic != GRIPPER or k not in without_gripper:
                sent.append((topic, cdr, 1_000_000 * k + 1000 * index))
    return sent


def shuffled(sent, seed):
    """Another order of reading, in which the messages of one topic stay in theirs."""
    random.seed(seed)
    queues = {}
    for message in sent:
        queues.setdefault(message[0], []).append(message)
    order = []
    while queues:
        topic = random.choice(list(queues))
        order.append(queues[topic].pop(0))
        queues = {t: q for t, q in queues.items() if q}
    return order


def logged(contract, sent):
    times = LockStepTimes(contract)
    headerless = {c.topic for c in contract.action.demonstrated if not c.has_header}
    headerless |= {s.topic for s in contract.observations if not s.has_header}
    out = []
    for topic, cdr, sent_ns in sent:
        out += times.add(topic, cdr, None if topic in headerless else peek_stamp(cdr), sent_ns)
    return sorted([*out, *times.rest()], key=lambda m: (m.topic, m.log_time_ns, m.cdr))


@pytest.mark.parametrize("seed", range(20))
def test_any_order_of_reading_gives_the_same_log_times(franka, robot, seed):
    sent = episode(robot, 8, without_gripper=(3, 4, 7))
    found = logged(franka, shuffled(sent, seed))
    assert found == logged(franka, sent)
    gripper = [(m.log_time_ns, decode_float_array(m.cdr)[0]) for m in found if m.topic == GRIPPER]
    assert gripper == [(k * STEP_NS, pytest.approx(0.001 * k)) for k in (1, 2, 5, 6, 8)]
    assert all(m.log_time_ns == peek_stamp(m.cdr) for m in found if m.topic != GRIPPER)


@pytest.mark.parametrize("seed", range(10))
def test_the_answer_to_an_earlier_episode_never_comes_out(franka, robot, seed):
    late = [m for m in episode(robot, 1) if m[0] in (GRIPPER, POSE)]
    new = episode(robot, 3, first=20)
    found = logged(franka, [*late, *new])
    assert {m.log_time_ns for m in found} == {20 * STEP_NS, 21 * STEP_NS, 22 * STEP_NS}
    order = shuffled([*late, *new], seed)
    assert logged(franka, order) == found


def test_an_answer_that_is_read_before_its_frame_comes_out(franka, robot):
    sent = episode(robot, 1)
    assert len(logged(franka, [*sent[-2:], *sent[:-2]])) == len(sent)


def test_a_command_whose_stamped_one_is_lost_is_not_lost(franka, robot):
    sent = [m for m in episode(robot, 2) if m[0] != POSE]
    found = [m for m in logged(franka, sent) if m.topic == GRIPPER]
    assert [m.log_time_ns for m in found] == [2 * STEP_NS, 2 * STEP_NS]


@pytest.mark.parametrize("seed", range(10))
def test_an_observation_without_a_stamp_belongs_to_its_frame(franka, robot, seed):
    """As a vehicle's speed, which is sent before the frame's image, and is read before it."""
    contract = changed(
        franka,
        {
            "observations.gripper_width.type": "std_msgs/msg/Float64",
            "observations.gripper_width.joints": [],
        },
    )
    sent = episode(type(robot)(contract), 5)
    found = logged(contract, shuffled(sent, seed))
    width = contract.stream("gripper_width").topic
    times = [m.log_time_ns for m in found if m.topic == width]
    assert times == [k * STEP_NS - 1 for k in range(1, 6)]


@pytest.mark.parametrize("seed", range(10))
def test_commands_that_all_lack_a_stamp_belong_to_the_frame_that_they_answer(
    franka, robot, joint_action, seed
):
    contract = changed(
        franka,
        {
            "commands.joint.type": "std_msgs/msg/Float64MultiArray",
            "action": {
                **joint_action,
                "demonstrated": ["joint"],
                "interfaces": {"joint": ["joint"]},
            },
        },
    )
    joint = contract.commands["joint"]
    sent = []
    for k in range(1, 6):
        frame = [(t, cdr, 1_000_000 * k) for t, cdr in robot.by_topic(k * STEP_NS)]
        answer = joint.encode(np.full(7, 0.1 * k), 0)
        sent += [*frame, (joint.topic, answer, 1_000_000 * k + 500)]
    found = logged(contract, shuffled(sent, seed))
    assert [m.log_time_ns for m in found if m.topic == joint.topic] == [
        k * STEP_NS for k in range(1, 6)
    ]
