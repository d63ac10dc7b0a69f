"""Pre-flight: which topics keep an episode from starting."""

from afil_teleop.recording.preflight import TopicLife, preflight

SECOND = 1_000_000_000


def test_a_robot_whose_topics_all_speak_is_ready(franka):
    assert preflight(franka, lambda _: TopicLife(1, 9 * SECOND), 9 * SECOND, simulated=False) == []


def test_a_topic_without_publisher_is_named_with_its_type(franka):
    def life(topic):
        return TopicLife(0 if topic == "/joint_states" else 1, SECOND)

    (problem,) = preflight(franka, life, SECOND, simulated=False)
    assert "/joint_states" in problem and "sensor_msgs/msg/JointState" in problem


def test_a_camera_that_fell_silent_is_named_with_the_time(franka):
    def life(topic):
        return TopicLife(1, 2 * SECOND if topic.startswith("/camera") else 9 * SECOND)

    (problem,) = preflight(franka, life, 9 * SECOND, simulated=False)
    assert "/camera/camera/color/image_raw" in problem and "7.0 s" in problem


def test_a_publisher_whose_messages_never_come_hints_at_its_qos(franka):
    problems = preflight(franka, lambda _: TopicLife(1, None), SECOND, simulated=False)
    assert len(problems) == len(franka.observations)
    assert all("QoS" in p for p in problems)


def test_commands_may_be_silent_before_the_start(franka):
    commands = {c.topic for c in franka.action.demonstrated}

    def life(topic):
        return TopicLife(1, None if topic in commands else SECOND)

    assert preflight(franka, life, SECOND, simulated=False) == []


def test_a_simulated_world_needs_publishers_only(franka):
    assert preflight(franka, lambda _: TopicLife(1, None), SECOND, simulated=True) == []
    missing = preflight(franka, lambda _: TopicLife(0, None), SECOND, simulated=True)
    assert len(missing) == len(franka.topics())


def test_a_second_simulation_on_the_network_is_noticed(franka):
    def life(topic):
        return TopicLife(2 if topic == "/target_pose" else 1, SECOND)

    (problem,) = preflight(franka, life, SECOND, simulated=True)
    assert "2 nodes publish /target_pose" in problem and "ROS_DOMAIN_ID" in problem
    assert preflight(franka, life, SECOND, simulated=False) == []
