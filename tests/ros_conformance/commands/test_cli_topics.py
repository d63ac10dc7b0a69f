"""ros2 topic, on a node in a process of its own."""

import re
import signal
import subprocess

import pytest

TALKER = """
import numpy, rclpy
from rclpy.qos import DurabilityPolicy, QoSProfile, qos_profile_sensor_data
from sensor_msgs.msg import Image, JointState
from std_msgs.msg import String

rclpy.init()
node = rclpy.create_node('talker', namespace='/demo')
strings = node.create_publisher(String, 'chatter', 10)
states = node.create_publisher(JointState, 'states', qos_profile_sensor_data)
latched = node.create_publisher(
    String, 'latched', QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL))
latched.publish(String(data='kept'))
hidden = node.create_publisher(String, '_hidden', 10)
heard = node.create_subscription(
    String, 'heard', lambda message: print('HEARD', message.data, flush=True), 10)
count = 0

def tick():
    global count
    count += 1
    strings.publish(String(data=f'hello {count}'))
    state = JointState(name=['a', 'b'], position=[0.5, 1.5])
    state.header.stamp = node.get_clock().now().to_msg()
    states.publish(state)

node.create_timer(0.05, tick)
print('READY', flush=True)
try:
    rclpy.spin(node)
except (KeyboardInterrupt, rclpy.executors.ExternalShutdownException):
    pass
"""


@pytest.fixture(scope="module")
def talker(module_workspace):
    return module_workspace.node("talker", TALKER)


def topic(workspace, *words: str):
    # The daemon of a real installation would outlive the test.
    verb, *rest = words
    return workspace.ros2("topic", verb, "--no-daemon", *rest)


def test_list_shows_names_and_types_but_nothing_hidden(workspace, talker):
    lines = topic(workspace, "list", "-t").out.splitlines()
    assert "/demo/chatter [std_msgs/msg/String]" in lines
    assert "/demo/states [sensor_msgs/msg/JointState]" in lines
    assert not any("_hidden" in line for line in lines)


def test_list_shows_hidden_topics_when_asked(workspace, talker):
    assert "/demo/_hidden" in topic(workspace, "list", "--include-hidden-topics").out


def test_info_counts_publishers_and_subscriptions(workspace, talker):
    out = topic(workspace, "info", "/demo/chatter").out
    assert out == "Type: std_msgs/msg/String\nPublisher count: 1\nSubscription count: 0\n"


def test_verbose_info_names_the_node_and_its_qos(workspace, talker):
    out = topic(workspace, "info", "-v", "/demo/latched").out
    for line in (
        "Node name: talker",
        "Node namespace: /demo",
        "Topic type: std_msgs/msg/String",
        "Endpoint type: PUBLISHER",
        "  Reliability: RELIABLE",
        "  Durability: TRANSIENT_LOCAL",
        "Topic type hash: RIHS01_df668c740482bbd48fb39d76a70dfd4bd59db1288021743503259e948f6b1a18",
    ):
        assert line in out, out


def test_info_of_an_unknown_topic_ends_in_a_sentence(workspace):
    outcome = topic(workspace, "info", "/nobody/has/this")
    assert outcome.code == 1
    assert "Unknown topic '/nobody/has/this'" in outcome.err


def test_type_of_a_topic(workspace, talker):
    assert topic(workspace, "type", "/demo/states").out.strip() == "sensor_msgs/msg/JointState"


def test_topics_of_a_type(workspace, talker):
    # This verb always asks the daemon, where there is one, and that may have to look around first.
    found = workspace.ros2_until("/demo/states", "topic", "find", "sensor_msgs/msg/JointState")
    assert found.out.split() == ["/demo/states"]


def test_echo_once_prints_one_message_and_ends(workspace, talker):
    outcome = topic(workspace, "echo", "--once", "/demo/chatter")
    assert outcome.code == 0
    assert re.fullmatch(r"data: hello \d+\n---\n", outcome.out)


def test_echo_of_a_field(workspace, talker):
    outcome = topic(workspace, "echo", "--once", "--field", "position", "/demo/states")
    assert outcome.out == "array('d', [0.5, 1.5])\n---\n"


def test_echo_without_arrays(workspace, talker):
    outcome = topic(workspace, "echo", "--once", "--no-arr", "/demo/states")
    assert "'<sequence type: double, length: 2>'" in outcome.out


def test_echo_gets_what_was_latched_before(workspace, talker):
    assert "data: kept" in topic(workspace, "echo", "--once", "/demo/latched").out


def test_echo_of_an_unknown_topic_ends_in_a_sentence(workspace):
    outcome = topic(workspace, "echo", "/nobody/has/this")
    assert outcome.code == 1
    assert "does not appear to be published yet" in outcome.text


def test_hz_measures_the_rate_over_a_window(workspace, talker):
    process = workspace.start("topic", "hz", "/demo/chatter", "--window", "10")
    try:
        # A warning may come first, as long as the topic is not discovered.
        lines = []
        for line in iter(process.stdout.readline, ""):
            if lines or line.startswith("average rate"):
                lines.append(line)
            if len(lines) == 2:
                break
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=10)
    rate = float(re.fullmatch(r"average rate: ([\d.]+)\n", lines[0]).group(1))
    assert rate == pytest.approx(20.0, rel=0.2)
    pattern = r"\tmin: [\d.]+s max: [\d.]+s std dev: [\d.]+s window: \d+\n"
    assert re.fullmatch(pattern, lines[1])


def test_pub_once_reaches_the_subscription(workspace, talker):
    outcome = workspace.ros2(
        "topic", "pub", "--once", "/demo/heard", "std_msgs/msg/String", "{data: 'hello there'}"
    )
    assert outcome.code == 0
    assert "publishing #1: std_msgs.msg.String(data='hello there')" in outcome.out
    assert talker.stdout.readline().strip() == "HEARD hello there"


def test_pub_with_a_wrong_field_ends_in_a_sentence(workspace):
    outcome = workspace.ros2("topic", "pub", "--once", "/x", "std_msgs/msg/String", "{nothing: 1}")
    assert outcome.code == 1
    assert "Failed to populate field" in outcome.err


def test_echo_survives_a_reader_that_leaves(workspace, talker):
    process = workspace.start("topic", "echo", "--no-daemon", "/demo/chatter")
    process.stdout.readline()
    process.stdout.close()
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        raise
    process.stdout = None
