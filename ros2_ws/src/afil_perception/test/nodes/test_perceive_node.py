"""The node and its launch file as processes of their own, over real topics."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import rclpy
from rosidl_runtime_py.utilities import get_message

from afil_core.testing import ros_environment, said_by
from afil_perception.nodes import perceive_node

LAUNCH_FILE = Path(__file__).parents[2] / "launch" / "perceive.launch.py"
TOPIC = "/camera/image_raw"
TIMEOUT_S = 60


@pytest.fixture(autouse=True)
def own_domain(monkeypatch: pytest.MonkeyPatch) -> None:
    """Other nodes on this machine must neither hear nor disturb the test."""
    for name, value in ros_environment().items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def hang_up_heard() -> Iterator[None]:
    """Where the tests themselves run under nohup, their children would not hear it."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


def node_command(*words: str, **parameters: object) -> list[str]:
    command = [sys.executable, "-m", "afil_perception.nodes.perceive_node", "--ros-args"]
    for key, value in parameters.items():
        command += ["-p", f"{key}:={value}"]
    return [*command, *words]


def finish(command: list[str], cwd: Path | None = None) -> tuple[int, str]:
    done = subprocess.run(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=TIMEOUT_S,
        cwd=cwd,
    )
    return done.returncode, done.stdout


def launch(*arguments: str, cwd: Path | None = None) -> tuple[int, str]:
    # the environment's own ros2 comes before another one on the machine
    folders = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    ros2 = shutil.which("ros2", path=folders)
    assert ros2 is not None, "no ros2 command: install embedded_ros2 or source ROS"
    return finish([ros2, "launch", str(LAUNCH_FILE), *arguments], cwd)


def test_the_launch_file_perceives_a_dataset_and_ends_with_0(make_episode, moving_carrot) -> None:
    episode = make_episode(moving_carrot)
    code, output = launch(f"dataset:={episode.path.parent}", "jobs:=2", "engine:=threads")
    assert code == 0, output
    assert "detect: color, a stand-in, for no weights of" in output
    assert "sidecars written 1, up to date 0, bags that failed 0" in output
    assert len(list(episode.saliency_maps("image"))) == 10


def test_without_arguments_the_folder_demos_is_perceived(make_episode, moving_carrot) -> None:
    dataset = make_episode(moving_carrot).path.parent
    assert dataset.name == "demos"
    code, output = launch(cwd=dataset.parent)
    assert code == 0, output
    assert "sidecars written 1" in output


def test_the_former_name_of_the_dataset_answers_with_the_present_one() -> None:
    code, output = launch("demos:=mine")
    assert code != 0 and "Traceback" not in output
    assert "perceive.launch.py: demos is called 'dataset' now; rename it" in output


def test_a_bad_bag_ends_the_launch_with_an_error(make_episode, moving_carrot) -> None:
    bad, good = make_episode(moving_carrot), make_episode(moving_carrot)
    bag = next(bad.path.glob("*.mcap"))
    bag.write_bytes(bag.read_bytes()[:2000])
    code, output = launch(f"dataset:={bad.path.parent}")
    assert code != 0
    assert f"error: bag {bad.path} is damaged" in output
    assert "Traceback" not in output
    assert len(list(good.saliency_maps("image"))) == 10


def test_weights_that_are_not_here_end_the_launch_with_one_error(
    make_episode, moving_carrot, tmp_path: Path
) -> None:
    episode = make_episode(moving_carrot)
    config = tmp_path / "perception.yaml"
    config.write_text("detector: mm_grounding_dino")
    code, output = launch(f"dataset:={episode.path.parent}", f"config:={config}")
    assert code != 0 and output.count("error: ") == 1 and "Traceback" not in output
    assert "`hf download iSEE-Laboratory/llmdet_base`" in output
    assert not episode.saliency_path.exists()


@pytest.mark.parametrize("namespace", ["", "/second"])
def test_the_node_publishes_what_it_produces(make_episode, moving_carrot, namespace: str) -> None:
    episode = make_episode(moving_carrot)
    image = namespace + TOPIC
    types = {
        image: "sensor_msgs/msg/Image",
        f"{image}/key_objects": "vision_msgs/msg/Detection2DArray",
        f"{image}/saliency": "sensor_msgs/msg/Image",
    }
    received: dict[str, list] = {topic: [] for topic in types}
    rclpy.init()
    listener = rclpy.create_node("listener")
    for topic, msgtype in types.items():
        listener.create_subscription(get_message(msgtype), topic, received[topic].append, 10)
    words = ["-r", f"__ns:={namespace}"] if namespace else []
    command = node_command(*words, dataset=episode.path.parent, publish="true")
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + TIMEOUT_S
        while time.monotonic() < deadline and not all(len(m) == 10 for m in received.values()):
            rclpy.spin_once(listener, timeout_sec=0.1)
            if process.poll() is not None and process.returncode != 0:
                break
        assert process.wait(timeout=30) == 0
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
    detection = received[f"{image}/key_objects"][0].detections[0]
    assert detection.results[0].hypothesis.class_id == "carrot"
    assert received[f"{image}/saliency"][0].encoding == "mono8"


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({"dataset": "/nowhere/at/all"}, "error: dataset /nowhere/at/all does not exist"),
        ({"config": "/nowhere.yaml"}, "error: perception config /nowhere.yaml cannot be read"),
        ({"dataset": "3"}, "error: parameters of perceive_node: dataset must be a text, not 3"),
        ({"publish": "maybe"}, "perceive_node: publish must be true or false, not 'maybe'"),
        ({"demos": "mine"}, "perceive_node: demos is called 'dataset' now; rename it"),
    ],
)
def test_a_wrong_parameter_is_one_sentence(parameters: dict[str, str], sentence: str) -> None:
    given = [word for key, value in parameters.items() for word in ("-p", f"{key}:={value}")]
    code, output = said_by(perceive_node.main, "--ros-args", *given)
    assert code == 2
    assert sentence in output and "Traceback" not in output


@pytest.mark.parametrize(
    ("number", "delay_s"),
    [(signal.SIGINT, 0.0), (signal.SIGINT, 0.3), (signal.SIGTERM, 0.3), (signal.SIGHUP, 0.0)],
)
def test_any_signal_ends_the_node_at_once_and_leaves_nothing_half_done(
    make_episode, moving_carrot, hang_up_heard: None, number: signal.Signals, delay_s: float
) -> None:
    big = [frame.repeat(4, axis=0).repeat(4, axis=1) for frame in moving_carrot]
    episode = make_episode(big * 30)
    process = subprocess.Popen(node_command(dataset=episode.path.parent, publish="true"))
    try:
        deadline = time.monotonic() + TIMEOUT_S
        while not list(episode.path.glob(".saliency*")) and time.monotonic() < deadline:
            time.sleep(0.01)
        # first while it waits for readers, then while it works
        time.sleep(delay_s * 4)
        process.send_signal(number)
        # Python kills itself by SIGINT where the interrupt came through exec(), as in rosbags
        assert process.wait(timeout=30) in (130, -signal.SIGINT)
    finally:
        process.kill()
    assert not episode.saliency_path.exists()
    assert not list(episode.path.glob(".*"))
