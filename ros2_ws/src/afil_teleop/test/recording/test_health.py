"""Pre-flight and alarms: faults as drivers have them are named with topic, cause and remedy."""

from dataclasses import replace

import numpy as np
import pytest

from afil_core import messages
from afil_core.bags import OfferedQos
from afil_core.testing import FrankaOnPaper, changed
from afil_teleop.recording.health import ALARM_GRACE_S, Surroundings

START_NS = 1_700_000_000_000_000_000
IMAGE = "/camera/camera/color/image_raw"
JOINTS = "/joint_states"
POSE = "/target_pose"
GRIPPER = "/gripper_position_controller/commands"
EE = "/franka_robot_state_broadcaster/current_pose"


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
def test_a_cameras_own_encoding_is_refused_where_the_contract_says_another(
    make_bench, franka, robot, stated
):
    """Row 10: before the first episode, not by the training."""
    bench = make_bench(contract=changed(franka, {"observations.front_image.encoding": stated}))

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


def test_a_camera_that_shows_one_picture_is_refused(bench, robot):
    picture = dict(robot.by_topic(1))[IMAGE]

    def change(topic, cdr, _):
        return cdr[:12] + picture[12:] if topic == IMAGE else cdr

    (problem,) = bench.play(5, robot, change).texts()
    assert IMAGE in problem and "same picture" in problem
    assert bench.play(1.2, robot).texts() == []


def test_a_simulated_world_is_silent_until_it_is_reset(make_bench, franka):
    bench = make_bench(Surroundings(world=True))
    assert bench.texts() == []
    bench.health.graph = {}
    assert len(bench.texts()) == len(franka.topics())


def test_a_second_simulation_on_the_network_is_noticed(make_bench):
    bench = make_bench(Surroundings(world=True))
    (one,) = bench.health.graph[POSE]
    bench.health.graph = {**bench.health.graph, POSE: (one, one)}
    (problem,) = bench.texts()
    assert "2 nodes publish /target_pose" in problem and "ROS_DOMAIN_ID" in problem


def test_extra_topics_that_are_missing_are_told_and_keep_nothing_from_starting(bench, robot):
    bench.play(2, robot)
    assert bench.texts() == []
    said = bench.health.warnings()
    assert len(said) == 2 and "/tf_static" in said[0]
