"""Pre-flight and alarms: faults as drivers have them are named with topic, cause and remedy."""

from dataclasses import replace

import numpy as np
import pytest

from afil_core import messages
from afil_core.bags import OfferedQos
from afil_core.testing import HOME, FrankaOnPaper, changed
from afil_teleop.recording.graph import Publisher
from afil_teleop.recording.health import ALARM_GRACE_S, CLOCK_TOPIC, Health, Surroundings

S = 1_000_000_000
STEP_NS = S // 10
START_NS = 1_700_000_000 * S
IMAGE = "/camera/camera/color/image_raw"
JOINTS = "/joint_states"
POSE = "/target_pose"
GRIPPER = "/gripper_position_controller/commands"
EE = "/franka_robot_state_broadcaster/current_pose"


class Bench:
    """A robot whose drivers may be faulty, in front of a recorder of the contract ``franka``."""

    def __init__(self, contract, around=None):
        self.contract = contract
        self.health = Health(contract, around or Surroundings())
        self.health.graph = {
            topic: (Publisher("/driver", kind, OfferedQos(*(qos.profile()[k] for k in _ENDS))),)
            for topic, (kind, qos) in contract.topics().items()
        }
        self.step = 0
        self.now_ns = START_NS
        # How late messages are taken, and how far behind the sender's clock is.
        self.late_ns = self.host_ns = 0

    def play(self, seconds, robot, change=None, commands=True):
        """Receive what the robot sends; ``change`` says what becomes of each message."""
        for _ in range(round(seconds * 10)):
            self.now_ns += STEP_NS
            shape = robot.contract.stream("front_image").shape
            shade = np.full(shape, self.step % 200, np.uint8)
            sent = robot.by_topic(self.now_ns, {robot.contract.anchor: shade})
            if commands:
                sent += robot.command(self.now_ns, HOME)
            for topic, cdr in sent:
                made = change(topic, cdr, self.step) if change else cdr
                if made is not None:
                    now_ns = self.now_ns + self.late_ns
                    sent_ns = self.now_ns - self.host_ns
                    self.health.received(topic, made, now_ns, self.now_ns, sent_ns)
            self.step += 1
        return self

    def texts(self, **given):
        return [f.text for f in self.health.findings(self.now_ns, self.now_ns, **given)]

    def causes(self, **given):
        found = self.health.findings(self.now_ns, self.now_ns, **given)
        return {f.topic: f.cause for f in found}


_ENDS = ("reliability", "durability")


def stamped(topic, offset_ns=None):
    """The stamps of a topic are off by so much; 0 where none is given."""

    def change(t, cdr, step):
        if t != topic:
            return cdr
        stamp_ns = 0 if offset_ns is None else messages.peek_stamp(cdr) + offset_ns
        return cdr[:4] + np.array(divmod(stamp_ns, S), "<i4").tobytes() + cdr[12:]

    return change


@pytest.fixture
def bench(franka):
    return Bench(franka)


def wrongly_set_up(franka, **changes):
    """A robot whose drivers are those of another contract."""
    dotted = {k.replace("__", "."): v for k, v in changes.items()}
    return FrankaOnPaper(changed(franka, dotted))


def test_a_robot_that_is_what_its_contract_says_is_ready(bench, robot):
    assert bench.play(3, robot).texts() == []


def test_commands_may_be_silent_before_the_start(bench, robot):
    assert bench.play(2, robot, commands=False).texts() == []


def test_a_topic_without_publisher_is_named_with_its_type(bench, robot):
    bench.health.graph = {**bench.health.graph, JOINTS: ()}
    (problem,) = bench.play(2, robot).texts()
    assert JOINTS in problem and "sensor_msgs/msg/JointState" in problem


def test_a_second_publisher_is_named_with_its_node(bench, robot):
    (one,) = bench.health.graph[POSE]
    bench.health.graph = {**bench.health.graph, POSE: (one, replace(one, node="/other"))}
    (problem,) = bench.play(2, robot).texts()
    assert (
        "2 nodes publish /target_pose (/driver, /other)" in problem
        and "stop all but one" in problem
    )


def test_another_type_is_named(bench, robot):
    (one,) = bench.health.graph[IMAGE]
    other = replace(one, type="sensor_msgs/msg/CompressedImage")
    bench.health.graph = {**bench.health.graph, IMAGE: (other,)}
    (problem,) = bench.texts()[:1]
    assert IMAGE in problem and "CompressedImage, but the contract says" in problem


def test_a_qos_that_does_not_fit_is_named(bench, robot):
    (one,) = bench.health.graph[JOINTS]
    best_effort = replace(one, qos=OfferedQos(reliability=2, durability=2))
    bench.health.graph = {**bench.health.graph, JOINTS: (best_effort,)}
    problems = bench.play(2, robot, lambda t, cdr, _: None if t == JOINTS else cdr).texts()
    assert problems == [
        "topic /joint_states is asked for as reliable, which /driver does not offer: nothing "
        "arrives; correct the QoS of its driver or of the contract"
    ]


def test_a_publisher_whose_messages_never_come_hints_at_its_qos(bench, franka):
    problems = bench.texts()
    assert len(problems) == len(franka.observations)
    assert all("QoS" in p for p in problems)


def test_a_camera_that_dies_is_an_alarm_half_a_second_later(bench, robot):
    """Row 7 of the field's list."""
    bench.play(2, robot)
    without = lambda t, cdr, _: None if t == IMAGE else cdr  # noqa: E731
    assert bench.play(0.4, robot, without).causes(grace_s=ALARM_GRACE_S) == {}
    assert bench.play(0.2, robot, without).causes(grace_s=ALARM_GRACE_S) == {IMAGE: "silent"}
    bench.play(6.4, robot, without)
    (problem,) = bench.texts()
    assert f"{IMAGE} has been silent for 7.0 s" in problem
    assert bench.play(0.1, robot).texts() == []


@pytest.mark.parametrize(
    ("changes", "topic", "words"),
    [
        ({"observations__front_image__encoding": "mono8"}, IMAGE, ["mono8", "rgb8"]),
        ({"observations__front_image__encoding": "bgra8"}, IMAGE, ["bgra8", "rgb8"]),
        ({"observations__front_image__size": [480, 640]}, IMAGE, ["480", "240"]),
        ({"observations__front_image__frame": "left"}, IMAGE, ["left", "camera_color_optical"]),
        ({"observations__ee_pose__frame": "world"}, EE, ["world", "fr3_link0"]),
        ({"commands__pose__frame": "fr3_hand_tcp"}, POSE, ["fr3_hand_tcp", "fr3_link0"]),
        (
            {"observations__joint_positions__joints": [f"joint{i}" for i in range(7)]},
            JOINTS,
            ["lacks joint", "fr3_joint1"],
        ),
        (
            {
                "observations__joint_positions__unit": "deg",
                "observations__joint_positions__minimum": None,
                "observations__joint_positions__maximum": None,
            },
            JOINTS,
            ["unit"],
        ),
        ({"commands__gripper__closed": 0, "commands__gripper__open": 255}, GRIPPER, ["255"]),
        ({"commands__gripper__closed": 0, "commands__gripper__open": 1}, GRIPPER, ["1,", "0.08"]),
    ],
)
def test_what_is_not_the_contracts_is_refused_with_the_contracts_key(
    bench, franka, changes, topic, words
):
    """Rows 4, 5, 6 and 10: frame, unit, joints, range, encoding, size."""
    found = bench.play(1.5, wrongly_set_up(franka, **changes)).health.findings(
        bench.now_ns, bench.now_ns
    )
    (finding,) = found
    assert (finding.topic, finding.cause) == (topic, "contract")
    assert all(word in finding.text for word in [topic, *words]), finding.text


@pytest.mark.parametrize("stated", ["rgb8", "yuv422_yuy2"])
def test_a_cameras_own_encoding_is_refused_where_the_contract_says_another(franka, robot, stated):
    """Row 10: before the first episode, not by the training."""
    bench = Bench(changed(franka, {"observations.front_image.encoding": stated}))

    def change(topic, cdr, step):
        if topic != IMAGE:
            return cdr
        return messages.serialize(
            messages.new(
                "sensor_msgs/msg/Image",
                header=messages.header(messages.peek_stamp(cdr), "camera_color_optical_frame"),
                height=240,
                width=320,
                step=640,
                encoding="yuv422_yuy2",
                data=np.full(240 * 640, step % 200, np.uint8),
            )
        )

    problems = bench.play(2, robot, change).texts()
    if stated == "rgb8":
        assert "an image is yuv422_yuy2, but the contract says rgb8" in problems[0]
    else:
        assert problems == []


def test_one_bad_message_among_good_ones_is_no_reason_to_refuse(bench, robot, franka):
    """Row 11: the readers leave its tick out, and count it."""
    nan = wrongly_set_up(franka).contract.stream("joint_positions")
    bad = messages.serialize(nan.message(np.full(7, np.nan), START_NS))

    def change(topic, cdr, step):
        return bad[:4] + cdr[4:12] + bad[12:] if topic == JOINTS and step % 3 == 1 else cdr

    bench.play(1.5, robot, change)
    for _ in range(30):
        assert bench.play(0.1, robot, change).texts() == []


def test_a_driver_that_turns_wrong_in_the_middle_is_found(bench, robot, franka):
    bench.play(2, robot)
    mono = wrongly_set_up(franka, observations__front_image__encoding="mono8")
    bench.play(2, mono)
    assert bench.causes() == {IMAGE: "contract"}
    assert bench.play(0.2, robot).texts() == []


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


def test_a_camera_that_shows_one_picture_is_refused(bench, robot):
    picture = dict(robot.by_topic(1))[IMAGE]

    def change(topic, cdr, _):
        return cdr[:12] + picture[12:] if topic == IMAGE else cdr

    (problem,) = bench.play(5, robot, change).texts()
    assert IMAGE in problem and "same picture" in problem
    assert bench.play(1.2, robot).texts() == []


def test_a_clock_that_is_set_is_said_for_a_moment(bench, robot):
    """Row 3."""
    bench.play(2, robot)
    bench.now_ns -= 5 * S
    for topic, cdr in robot.by_topic(bench.now_ns):
        bench.health.received(topic, cdr, bench.now_ns, bench.now_ns + 5 * S + STEP_NS)
    found = bench.health.findings(bench.now_ns, bench.now_ns + 5 * S + 2 * STEP_NS)
    assert {f.cause for f in found} == {"step"} and "set back by 5.0" in found[0].text


def test_simulated_time_without_a_clock_is_refused(franka, robot):
    """Row 2."""
    bench = Bench(franka, Surroundings(sim_time=True))
    for topic, cdr in robot.by_topic(START_NS):
        bench.health.received(topic, cdr, 0, START_NS)
    problems = [f.text for f in bench.health.findings(0, START_NS)]
    assert "nothing publishes /clock" in problems[0] and "use_sim_time:=false" in problems[0]
    (any_publisher,) = bench.health.graph[POSE]
    bench.health.graph = {**bench.health.graph, CLOCK_TOPIC: (any_publisher,)}
    problems = [f.text for f in bench.health.findings(0, START_NS)]
    assert "no time came on /clock yet" in problems[0]
    assert bench.play(1.2, robot).texts() == []


def test_a_simulated_world_is_silent_until_it_is_reset(franka):
    bench = Bench(franka, Surroundings(world=True))
    assert bench.texts() == []
    bench.health.graph = {}
    assert len(bench.texts()) == len(franka.topics())


def test_a_simulated_worlds_frame_may_come_before_its_clock(franka, robot):
    bench = Bench(franka, Surroundings(world=True, sim_time=True))
    (one,) = bench.health.graph[POSE]
    bench.health.graph = {**bench.health.graph, CLOCK_TOPIC: (one,)}
    for topic, cdr in robot.by_topic(S):
        bench.health.received(topic, cdr, 0, START_NS)
    assert bench.health.findings(0, START_NS) == []


def test_a_second_simulation_on_the_network_is_noticed(franka):
    bench = Bench(franka, Surroundings(world=True))
    (one,) = bench.health.graph[POSE]
    bench.health.graph = {**bench.health.graph, POSE: (one, one)}
    (problem,) = bench.texts()
    assert "2 nodes publish /target_pose" in problem and "ROS_DOMAIN_ID" in problem


def test_extra_topics_that_are_missing_are_told_and_keep_nothing_from_starting(bench, robot):
    bench.play(2, robot)
    assert bench.texts() == []
    said = bench.health.warnings()
    assert len(said) == 2 and "/tf_static" in said[0]
