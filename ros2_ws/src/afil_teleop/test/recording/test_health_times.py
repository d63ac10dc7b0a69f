"""Pre-flight and alarms on time: stamps, clocks, and a recorder that is late."""

import numpy as np
import pytest

from afil_core import messages
from afil_teleop.recording.health import ALARM_GRACE_S, CLOCK_TOPIC, Surroundings

S = 1_000_000_000
STEP_NS = S // 10
START_NS = 1_700_000_000 * S
IMAGE = "/camera/camera/color/image_raw"
POSE = "/target_pose"
EE = "/franka_robot_state_broadcaster/current_pose"


def stamped(topic, offset_ns=None):
    """The stamps of a topic are off by so much; 0 where none is given."""

    def change(t, cdr, step):
        if t != topic:
            return cdr
        stamp_ns = 0 if offset_ns is None else messages.peek_stamp(cdr) + offset_ns
        return cdr[:4] + np.array(divmod(stamp_ns, S), "<i4").tobytes() + cdr[12:]

    return change


@pytest.mark.parametrize("topic", [POSE, IMAGE])
def test_zero_stamps_are_refused(bench, robot, topic):
    """Row 1."""
    (problem,) = bench.play(2, robot, stamped(topic)).texts()
    assert topic in problem and "stamp 0" in problem


@pytest.mark.parametrize("offset_s", [-10, -5, -0.35, 0.9])
def test_a_camera_with_another_clock_is_refused_with_its_offset(bench, robot, offset_s):
    """Row 12."""
    (problem,) = bench.play(2, robot, stamped(IMAGE, round(offset_s * S))).texts()
    side = "behind" if offset_s < 0 else "ahead of"
    assert f"{IMAGE} are {abs(offset_s):.3f} s {side}" in problem


def test_another_clock_in_an_episode_is_found_within_half_a_second(bench, robot):
    bench.play(3, robot)
    assert bench.play(0.3, robot, stamped(IMAGE, S)).causes(grace_s=ALARM_GRACE_S) == {}
    found = bench.play(0.2, robot, stamped(IMAGE, S)).causes(grace_s=ALARM_GRACE_S)
    assert found == {IMAGE: "offset"}


@pytest.mark.parametrize("late_s", [0.4, 2.0])
def test_a_recorder_that_does_not_keep_up_is_no_other_clock(bench, robot, late_s):
    """Row 12, the other way: only the machine is busy, and that is said."""
    bench.late_ns = round(0.02 * S)
    bench.play(3, robot)
    bench.late_ns = round(late_s * S)
    found = bench.play(2, robot).health.findings(bench.now_ns, bench.now_ns, ALARM_GRACE_S)
    assert {f.cause for f in found} == ({"late"} if late_s > 0.5 else set())
    assert all("the recorder is 2.0 s behind" in f.text for f in found)


def test_another_clock_on_another_host_is_found_though_what_sends_has_it_too(bench, robot):
    bench.host_ns = round(0.9 * S)
    found = bench.play(2, robot, stamped(IMAGE, -bench.host_ns)).causes()
    assert found == {IMAGE: "offset"}


def test_messages_that_arrive_late_once_are_no_other_clock(bench, robot):
    bench.play(2, robot)
    late = dict(robot.by_topic(bench.now_ns + STEP_NS))[IMAGE]
    bench.now_ns += 6 * STEP_NS
    bench.health.received(IMAGE, late, bench.now_ns, bench.now_ns)
    assert IMAGE not in bench.play(0.1, robot).causes()


def test_a_rate_must_be_known_before_an_episode(bench, robot):
    """What came for a moment alone may be wrong in a way that nobody saw yet."""
    problems = bench.play(0.5, robot).texts()
    assert len(problems) == len(bench.contract.observations)
    assert f"{IMAGE} comes since 0.4 s, and its rate is known after 1.2 s" in problems[0]
    assert bench.play(1, robot).texts() == []


def test_a_recorder_that_was_late_may_begin_an_episode(bench, robot):
    bench.play(2, robot)
    bench.health.look(bench.now_ns - 2 * S, bench.now_ns - 2 * S)
    bench.health.look(bench.now_ns, bench.now_ns, every_ns=STEP_NS)
    (late,) = bench.texts(grace_s=ALARM_GRACE_S)
    assert "could not run for 2.0 s" in late and bench.texts() == []


def test_stamps_that_stand_still_are_refused(bench, robot):
    bench.play(2, robot)
    same = bench.now_ns

    def change(topic, cdr, _):
        stamp = np.array(divmod(same, S), "<i4").tobytes()
        return cdr[:4] + stamp + cdr[12:] if topic == EE else cdr

    found = bench.play(3, robot, change).causes()
    assert found == {EE: "offset"} or found == {EE: "frozen"}


def test_a_clock_that_is_set_is_said_for_a_moment(bench, robot):
    """Row 3."""
    bench.play(2, robot)
    bench.now_ns -= 5 * S
    for topic, cdr in robot.by_topic(bench.now_ns):
        bench.health.received(topic, cdr, bench.now_ns, bench.now_ns + 5 * S + STEP_NS)
    found = bench.health.findings(bench.now_ns, bench.now_ns + 5 * S + 2 * STEP_NS)
    assert {f.cause for f in found} == {"step"} and "set back by 5.0" in found[0].text


def test_simulated_time_without_a_clock_is_refused(make_bench, robot):
    """Row 2."""
    bench = make_bench(Surroundings(sim_time=True))
    for topic, cdr in robot.by_topic(START_NS):
        bench.health.received(topic, cdr, 0, START_NS)
    problems = [f.text for f in bench.health.findings(0, START_NS)]
    assert "nothing publishes /clock" in problems[0] and "use_sim_time:=false" in problems[0]
    (any_publisher,) = bench.health.graph[POSE]
    bench.health.graph = {**bench.health.graph, CLOCK_TOPIC: (any_publisher,)}
    problems = [f.text for f in bench.health.findings(0, START_NS)]
    assert "no time came on /clock yet" in problems[0]
    assert bench.play(1.2, robot).texts() == []


def test_a_simulated_worlds_frame_may_come_before_its_clock(make_bench, robot):
    bench = make_bench(Surroundings(world=True, sim_time=True))
    (one,) = bench.health.graph[POSE]
    bench.health.graph = {**bench.health.graph, CLOCK_TOPIC: (one,)}
    for topic, cdr in robot.by_topic(S):
        bench.health.received(topic, cdr, 0, START_NS)
    assert bench.health.findings(0, START_NS) == []
