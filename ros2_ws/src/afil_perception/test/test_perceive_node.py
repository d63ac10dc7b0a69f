"""The node and its launch file as processes of their own, over real topics."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
import rclpy
from rosidl_runtime_py.utilities import get_message

LAUNCH_FILE = Path(__file__).parents[1] / "launch" / "perceive.launch.py"
TOPIC = "/camera/image_raw"
TIMEOUT_S = 60


@pytest.fixture(autouse=True)
def own_domain(monkeypatch: pytest.MonkeyPatch) -> None:
    """Other nodes on this machine must neither hear nor disturb the test."""
    monkeypatch.setenv("ROS_DOMAIN_ID", str(60 + os.getpid() % 40))


def node_command(**parameters: object) -> list[str]:
    command = [sys.executable, "-m", "afil_perception.perceive_node", "--ros-args"]
    for key, value in parameters.items():
        command += ["-p", f"{key}:={value}"]
    return command


def finish(command: list[str]) -> tuple[int, str]:
    done = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=TIMEOUT_S
    )
    return done.returncode, done.stdout


def launch(dataset: Path) -> tuple[int, str]:
    # the environment's own ros2 comes before another one on the machine
    folders = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    ros2 = shutil.which("ros2", path=folders)
    assert ros2 is not None, "no ros2 command: install embedded_ros2 or source ROS"
    return finish([ros2, "launch", str(LAUNCH_FILE), f"demos:={dataset}"])


def test_the_launch_file_perceives_a_dataset_and_ends_with_0(make_episode, moving_carrot) -> None:
    episode = make_episode(moving_carrot)
    ros2 = shutil.which(
        "ros2", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    )
    assert ros2 is not None
    code, output = launch(episode.path.parent)
    assert code == 0, output
    assert "sidecars written 1, up to date 0, bags that failed 0" in output
    assert len(list(episode.saliency_maps("image"))) == 10


def test_a_bad_bag_ends_the_launch_with_an_error(make_episode, moving_carrot) -> None:
    bad, good = make_episode(moving_carrot), make_episode(moving_carrot)
    bag = next(bad.path.glob("*.mcap"))
    bag.write_bytes(bag.read_bytes()[:2000])
    ros2 = shutil.which(
        "ros2", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    )
    assert ros2 is not None
    code, output = launch(bad.path.parent)
    assert code != 0
    assert f"error: bag {bad.path} is damaged" in output
    assert "Traceback" not in output
    assert len(list(good.saliency_maps("image"))) == 10


def test_the_node_publishes_what_it_produces(make_episode, moving_carrot) -> None:
    episode = make_episode(moving_carrot)
    types = {
        TOPIC: "sensor_msgs/msg/Image",
        f"{TOPIC}/key_objects": "vision_msgs/msg/Detection2DArray",
        f"{TOPIC}/saliency": "sensor_msgs/msg/Image",
    }
    received: dict[str, list] = {topic: [] for topic in types}
    rclpy.init()
    listener = rclpy.create_node("listener")
    for topic, msgtype in types.items():
        listener.create_subscription(get_message(msgtype), topic, received[topic].append, 10)
    command = node_command(demos=episode.path.parent, publish="true")
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + TIMEOUT_S
        while time.monotonic() < deadline and not all(len(m) == 10 for m in received.values()):
            rclpy.spin_once(listener, timeout_sec=0.1)
            if process.poll() is not None and process.returncode != 0:
                break
        assert process.wait(timeout=10) == 0
    finally:
        process.kill()
        listener.destroy_node()
        rclpy.shutdown()
    assert {topic: len(messages) for topic, messages in received.items()} == dict.fromkeys(
        types, 10
    )
    stamps = [
        [(m.header.stamp.sec, m.header.stamp.nanosec) for m in ms] for ms in received.values()
    ]
    assert stamps[0] == stamps[1] == stamps[2]
    detection = received[f"{TOPIC}/key_objects"][0].detections[0]
    assert detection.results[0].hypothesis.class_id == "carrot"
    assert received[f"{TOPIC}/saliency"][0].encoding == "mono8"


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({}, "error: the parameter demos is missing"),
        ({"demos": "/nowhere/at/all"}, "error: dataset /nowhere/at/all does not exist"),
        ({"demos": "/tmp", "config": "/nowhere.yaml"}, "error: cannot read the perception config"),
    ],
)
def test_a_wrong_parameter_is_one_sentence(parameters: dict[str, str], sentence: str) -> None:
    code, output = finish(node_command(**parameters))
    assert code == 2
    assert sentence in output and "Traceback" not in output
