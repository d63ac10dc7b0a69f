"""Lost messages on the topic and in the type of rosbag2 of Lyrical, where they are installed."""

import os
import time

import pytest
import rclpy
from rclpy.event_handler import QoSMessageLostInfo
from rclpy.executors import SingleThreadedExecutor
from rosidl_runtime_py.utilities import get_message

from afil_teleop.nodes.record_node import RecordNode
from afil_teleop.recording.losses import LOST_TOPIC, LOST_TYPE

IMAGE = "/camera/camera/color/image_raw"
DEFINITIONS = {
    "MessagesLostEvent": "string node_name\nMessagesLostEventTopicStat[] messages_lost_statistics",
    "MessagesLostEventTopicStat": "string topic_name\nuint64 messages_lost_in_transport\n"
    "uint64 messages_lost_in_recorder",
}


@pytest.fixture
def lyrical(tmp_path, monkeypatch):
    """A ROS that has the messages."""
    try:
        get_message(LOST_TYPE)
    except (ImportError, AttributeError):
        folder = tmp_path / "share" / "rosbag2_interfaces" / "msg"
        folder.mkdir(parents=True)
        for name, definition in DEFINITIONS.items():
            (folder / f"{name}.msg").write_text(definition)
        before = os.environ.get("AMENT_PREFIX_PATH", "")
        prefixes = os.pathsep.join(filter(None, [str(tmp_path), before]))
        monkeypatch.setenv("AMENT_PREFIX_PATH", prefixes)
    try:
        return get_message(LOST_TYPE)
    except (ImportError, AttributeError):
        pytest.skip("this ROS has no rosbag2_interfaces/msg/MessagesLostEvent")


def test_what_the_middleware_loses_is_published_once(lyrical, tmp_path):
    given = [f"dataset:={tmp_path / 'demos'}", "instruction:=lift it"]
    rclpy.init(args=["--ros-args", *(part for text in given for part in ("-p", text))])
    try:
        node, person = RecordNode(), rclpy.create_node("person")
        turns = SingleThreadedExecutor()
        turns.add_node(node)
        turns.add_node(person)
        seen = []
        person.create_subscription(lyrical, LOST_TOPIC, seen.append, 10)
        deadline = time.monotonic() + 20.0
        while not node.count_subscribers(LOST_TOPIC):
            assert time.monotonic() < deadline
            turns.spin_once(timeout_sec=0.1)
        # What the middleware calls when its queue is full.
        node._lost(IMAGE, QoSMessageLostInfo(total_count=3, total_count_change=3))
        end = None
        while end is None or time.monotonic() < end:
            assert time.monotonic() < deadline
            turns.spin_once(timeout_sec=0.1)
            # Longer than until it would be told again.
            end = time.monotonic() + 1.2 if seen and end is None else end
        (event,) = seen
        (loss,) = event.messages_lost_statistics
        assert event.node_name == "/record_node" and loss.topic_name == IMAGE
        assert (loss.messages_lost_in_transport, loss.messages_lost_in_recorder) == (3, 0)
    finally:
        node.destroy_node()
        person.destroy_node()
        rclpy.shutdown()
