"""ros2 bag."""

import threading
import time

import pytest

pytestmark = pytest.mark.usefixtures("ros2_bag")

TALKER = """
import rclpy
from std_msgs.msg import String

rclpy.init()
node = rclpy.create_node('talker')
publisher = node.create_publisher(String, 'chatter', 10)
count = 0

def tick():
    global count
    count += 1
    publisher.publish(String(data=f'hello {count}'))

node.create_timer(0.05, tick)
try:
    rclpy.spin(node)
except (KeyboardInterrupt, rclpy.executors.ExternalShutdownException):
    pass
"""


@pytest.fixture
def bag(workspace):
    """Two seconds of a string topic, written by rosbags."""
    rosbag2 = pytest.importorskip("rosbags.rosbag2")
    from rosbags.typesys import Stores, get_typestore

    store = get_typestore(Stores.ROS2_JAZZY)
    path = workspace.root / "bag"
    with rosbag2.Writer(path, version=9, storage_plugin=rosbag2.StoragePlugin.MCAP) as writer:
        connection = writer.add_connection("/chatter", "std_msgs/msg/String", typestore=store)
        for i in range(21):
            message = store.types["std_msgs/msg/String"](f"message {i}")
            data = store.serialize_cdr(message, "std_msgs/msg/String")
            writer.write(connection, 10**18 + i * 10**8, data)
    return path


def test_info_tells_duration_counts_and_types(workspace, bag):
    out = workspace.ros2("bag", "info", str(bag)).out
    assert "Storage id:        mcap\n" in out
    assert "Duration:          2." in out
    assert "Messages:          21\n" in out
    assert "Topic: /chatter | Type: std_msgs/msg/String | Count: 21 | " in out


def test_info_of_what_is_no_bag_ends_in_a_sentence(workspace, tmp_path):
    outcome = workspace.ros2("bag", "info", str(tmp_path / "nothing"))
    assert outcome.code != 0
    assert outcome.text.strip()


def test_played_bag_is_heard(workspace, bag):
    words = ("--qos-reliability", "reliable", "--qos-depth", "100")
    listener = workspace.start(
        "topic", "echo", "--no-daemon", *words, "/chatter", "std_msgs/msg/String"
    )
    end = threading.Timer(120.0, listener.kill)
    end.start()
    # It looks around first, and listens to a topic that is not there yet thereafter.
    words = ("--once", "-w", "1", "/chatter", "std_msgs/msg/String", "{data: hello}")
    assert workspace.ros2("topic", "pub", "--keep-alive", "1.0", *words).code == 0
    assert listener.stdout.readline() == "data: hello\n"
    outcome = workspace.ros2("bag", "play", str(bag), "--rate", "5.0", "--delay", "2.0")
    assert outcome.code == 0, outcome.text
    heard = 0
    while heard < 20:
        line = listener.stdout.readline()
        assert line, f"it has heard {heard} messages"
        heard += line.startswith("data: message ")
    end.cancel()


def test_recorded_bag_holds_what_was_published(workspace):
    rosbag2 = pytest.importorskip("rosbags.rosbag2")
    workspace.executable("talker", TALKER)
    workspace.start("run", workspace.package, "talker")
    path = workspace.root / "recorded"
    recorder = workspace.start("bag", "record", "-s", "mcap", "-o", str(path), "/chatter")
    # It records when it is seen to have subscribed.
    text = "Subscription count: 1"
    info = workspace.ros2_until(text, "topic", "info", "--no-daemon", "/chatter", seconds=60.0)
    assert text in info.out, info.text
    time.sleep(2.0)
    workspace.interrupt(recorder)
    with rosbag2.Reader(path) as reader:
        texts = [bytes(data) for _, _, data in reader.messages()]
        assert [c.topic for c in reader.connections] == ["/chatter"]
    numbers = [int(text.strip(b"\0").rsplit(b" ", 1)[1]) for text in texts]
    assert len(numbers) >= 3
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers))), "none is missing"
