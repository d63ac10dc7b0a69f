"""The recorder as a process, in front of robots with the faults of real drivers, over real DDS."""

import pytest
from rclpy.qos import DurabilityPolicy, QoSProfile
from rosbags.rosbag2 import Reader
from rosidl_runtime_py.utilities import get_message

from afil_core.bags import read_bag
from afil_core.contract import load_contract
from afil_core.episodes import keep_episode, list_episodes, list_set_aside
from afil_core.testing import changed

IMAGE = "/camera/camera/color/image_raw"


def is_busy(problem):
    """Whether it is the machine's, on which other tests run."""
    return any(words in problem for words in ("silent for ", " comes at ", "could not run"))


def test_an_episode_has_what_was_offered_and_what_is_latched(robot, shared, meet):
    arm = robot()
    person = meet("/of_many")
    latched = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
    transforms = person.create_publisher(
        get_message("tf2_msgs/msg/TFMessage"), "/tf_static", latched
    )
    transforms.publish(get_message("tf2_msgs/msg/TFMessage")())
    person.ask_until("start", ["recording"])
    person.follow(arm, 15)
    assert person.ask("save").success
    assert person.ask_until("start", ["recording"]).success
    person.follow(arm, 10)
    assert person.ask("save_failure").success

    first, second = shared.episodes
    assert (first.metadata.success, second.metadata.success) == (True, False)
    assert not [p for p in (*first.metadata.problems, *second.metadata.problems) if not is_busy(p)]
    assert len(list(first.steps())) > 5
    for episode in (first, second):
        topic, _, _ = next(iter(read_bag(episode.path)))
        assert topic == "/tf_static"
        with Reader(episode.path) as reader:
            profiles = {c.topic: c.ext.offered_qos_profiles for c in reader.connections}
        assert {t: len(p) for t, p in profiles.items()} == dict.fromkeys(profiles, 1)
        assert profiles["/tf_static"][0].durability.name == "TRANSIENT_LOCAL"
        assert profiles[IMAGE][0].reliability.name == "BEST_EFFORT"
        assert profiles["/joint_states"][0].reliability.name == "RELIABLE"


@pytest.mark.parametrize(
    ("faults", "words"),
    [
        (["--zero-stamp", "pose"], ["/target_pose", "stamp 0"]),
        (["--stamp-offset", "front_image", "-5"], [IMAGE, "5.0", "behind this node's clock"]),
        (["--without", "joint_positions"], ["/joint_states"]),
        ({"observations.front_image.encoding": "mono8"}, [IMAGE, "mono8", "rgb8"]),
        ({"observations.front_image.size": [480, 640]}, [IMAGE, "[480, 640, 3]"]),
        ({"observations.ee_pose.frame": "world"}, ["current_pose", "'world'", "'fr3_link0'"]),
        ({"commands.gripper.closed": 0, "commands.gripper.open": 255}, ["gripper", "255"]),
        (
            {"observations.joint_positions.qos.reliability": "best_effort"},
            ["asked for as reliable"],
        ),
    ],
)
def test_what_would_train_a_wrong_policy_is_refused_before_it_starts(
    faults, words, robot, shared, meet, tmp_path
):
    if isinstance(faults, dict):
        contract = tmp_path / "as_set_up.yaml"
        contract.write_text(changed(load_contract("franka"), faults).to_yaml())
        faults = ["--contract", str(contract)]
    robot(*faults)
    meet("/of_many").ask_until("start", ["cannot start", *words])
    assert not shared.episodes


def test_simulated_time_without_a_clock_is_refused(robot, recorder, meet):
    recorder("-p", "use_sim_time:=true")
    robot()
    meet().ask_until("start", ["cannot start", "nothing publishes /clock"])


def test_a_second_teleoperation_is_refused(robot, shared, meet):
    robot()
    person = meet("/of_many")
    person.ask_until("start", ["recording"])
    robot()
    person.see(shared, "2 nodes publish /target_pose (/fake_robot, /fake_robot)")
    refused = person.ask("save")
    assert not refused.success and "2 nodes publish /target_pose" in refused.message
    assert "2 nodes publish /target_pose" in person.ask("start").message


def test_a_camera_that_dies_in_an_episode_is_an_alarm_and_no_success(robot, shared, meet):
    arm = robot()
    person = meet("/of_many")
    person.ask_until("start", ["recording"])
    person.wait(1.0)
    arm.node.fall_silent("front_image")
    # How soon it is said is held in test_monitor.py, where no machine is late.
    person.see(shared, f"{IMAGE} has been silent for ")
    person.wait(2.3)
    for heard in person.problems.values():
        person.until(lambda heard=heard: any(IMAGE in problem for problem in heard))
    refused = person.ask("save")
    assert not refused.success and f"{IMAGE} has been silent" in refused.message
    (aside,) = shared.set_aside
    assert f"{IMAGE} has been silent" in aside.metadata.set_aside[0]
    assert person.ask("keep").success
    (episode,) = shared.episodes
    assert f"{IMAGE} has been silent" in episode.metadata.set_aside[0]
    assert episode.metadata.topics[IMAGE].max_gap_s > 2.0
    assert any(f"{IMAGE} has been silent for" in p for p in episode.metadata.problems)


def test_a_gripper_that_is_never_commanded_is_saved(robot, shared, meet):
    arm = robot("--without", "gripper")
    person = meet("/of_many")
    person.ask_until("start", ["recording"])
    person.follow(arm, 15)
    assert person.ask("save").success
    (episode,) = shared.episodes
    assert [step.action[6] for step in episode.steps()][:5] == pytest.approx([0.08] * 5)


def test_a_clock_that_is_set_in_an_episode_is_kept_with_it(robot, shared, meet):
    arm = robot()
    person = meet("/of_many")
    person.ask_until("start", ["recording"])
    person.wait(0.5)
    arm.node.step_clock(-1.5)
    person.see(shared, "went back by 1.")
    person.wait(0.5)
    assert person.ask("save_failure").success
    (episode,) = shared.episodes
    assert episode.metadata.clock_steps > 0
    assert any("went back by" in p for p in episode.metadata.problems)


def test_two_recorders_record_two_robots_of_one_machine(robot, recorder, meet, tmp_path):
    people, arms = [], []
    for side in ("left", "right"):
        namespace = ["-r", f"__ns:=/{side}"]
        recorder(*namespace, dataset=side)
        arms.append(robot("--ros-args", *namespace))
        people.append(meet(f"/{side}/record_node"))
    for person in people:
        person.ask_until("start", ["recording"])
    for arm in arms:
        people[0].follow(arm, 15)
    for person, side in zip(people, ("left", "right"), strict=True):
        assert person.ask("save").success
        (episode,) = list_episodes(tmp_path / side)
        assert episode.contract == load_contract("franka").within(side)
        assert episode.metadata.contract_sha256 == load_contract("franka").sha256
        topics = {topic for topic, _, _ in read_bag(episode.path)}
        assert topics == {f"/{side}{topic}" for topic in load_contract("franka").topics()}
        assert len(list(episode.steps())) > 5


def test_without_words_for_the_task_the_recorder_does_not_start(start, program, tmp_path):
    command = [*program("record_node"), "-p", f"dataset:={tmp_path / 'd'}"]
    process = start(command)
    assert process.wait() == 2
    assert "instruction is empty" in process.output and "Traceback" not in process.output
    process = start([*command, "-p", "output:=demos"])
    assert process.wait() == 2
    assert "output is called 'dataset' now" in process.output
    assert not (tmp_path / "d").exists()


def test_what_a_killed_recorder_left_is_whole_marked_and_named_by_the_next_one(
    robot, recorder, meet, tmp_path
):
    first = recorder()
    robot()
    person = meet()
    person.ask_until("start", ["recording"])
    person.wait(2.5)
    first.kill()
    second = recorder()
    second.see("an earlier recording was not saved")
    (episode,) = list_set_aside(tmp_path / "demos")
    assert "interrupted" in episode.metadata.set_aside[0]
    # A chunk is handed over after half a second, and looked at every 0.1 s.
    assert episode.metadata.duration_s > 1.0
    kept = keep_episode(episode.path)
    assert [e.path for e in list_episodes(tmp_path / "demos")] == [kept]


def test_pre_flight_alone_ends_with_an_exit_code(robot, start, program, tmp_path):
    command = [
        *program("record_node"), "-p", "instruction:=lift it", "-p", "preflight:=only",
        "-p", f"dataset:={tmp_path / 'demos'}",
    ]  # fmt: skip
    refused = start(command)
    assert refused.wait(60) == 1
    assert "nothing publishes /joint_states" in refused.output
    robot()
    ready = start(command)
    assert ready.wait(60) == 0, ready.output
    assert "pre-flight: ready to record" in ready.output
    assert not list((tmp_path / "demos").glob("episode_*"))
