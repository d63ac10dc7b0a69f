"""The live node as a process of its own, over real topics."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
import rclpy
from rclpy.qos import QoSProfile
from rosidl_runtime_py.utilities import get_message

from afil_core.contract import load_contract
from afil_core.testing import ros_environment, said_by
from afil_perception.nodes import live_node

TIMEOUT_S = 60
STATUS = "afil_interfaces/msg/PerceptionStatus"


def command(*words: str, **parameters: object) -> list[str]:
    made = [sys.executable, "-m", "afil_perception.nodes.live_node", "--ros-args"]
    for key, value in parameters.items():
        made += ["-p", f"{key}:={value}"]
    return [*made, *words]


@pytest.fixture(autouse=True)
def own_domain(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in ros_environment().items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def node(own_domain: None) -> Iterator[object]:
    rclpy.init()
    made = rclpy.create_node("camera")
    yield made
    made.destroy_node()
    rclpy.shutdown()


def frame(shape: tuple[int, ...], k: int) -> np.ndarray:
    image = np.full(shape, 110, np.uint8)
    cv2.circle(image, (60 + k % 20 // 4, 100), 12, (255, 130, 10), -1)
    return image


@pytest.mark.parametrize("namespace", ["", "second"])
def test_a_camera_is_perceived_and_the_lag_is_told(node, namespace: str) -> None:
    stream = load_contract("franka", namespace).images[0]
    topics = {
        f"{stream.topic}/key_objects": "vision_msgs/msg/Detection2DArray",
        f"{stream.topic}/saliency": "sensor_msgs/msg/Image",
        f"{stream.topic}/key_objects/masks": "afil_interfaces/msg/KeyObjectMasks",
        f"/{namespace + '/' if namespace else ''}live_node/status": STATUS,
    }
    heard: dict[str, list] = {topic: [] for topic in topics}
    for topic, kind in topics.items():
        # So many that none is lost where this process has no processor for some seconds.
        node.create_subscription(get_message(kind), topic, heard[topic].append, 1000)
    camera = node.create_publisher(
        get_message(stream.type), stream.topic, QoSProfile(**stream.qos.profile())
    )
    words = ["-r", f"__ns:=/{namespace}"] if namespace else []
    process = subprocess.Popen(command(*words, instruction="lift the orange ball"))
    objects, maps, masks, states = heard.values()
    try:
        deadline = time.monotonic() + TIMEOUT_S
        k = 0
        while time.monotonic() < deadline and process.poll() is None:
            cdr = stream.encode(frame(stream.shape, k), node.get_clock().now().nanoseconds)
            camera.publish(cdr)
            k += 1
            rclpy.spin_once(node, timeout_sec=0.05)
            enough = len(objects) >= 10 and len(maps) >= 10
            if enough and states and states[-1].perceived >= 10:
                break
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=30) == 0
    finally:
        process.kill()
    assert len(objects) >= 10 and len(maps) >= 10
    found = objects[-1].detections[0]
    assert found.results[0].hypothesis.class_id == "orange ball" and found.id == "1"
    stamps = {(m.header.stamp.sec, m.header.stamp.nanosec) for m in objects}
    for others in (maps[:5], masks[:5]):
        assert {(m.header.stamp.sec, m.header.stamp.nanosec) for m in others} <= stamps
    # No mask is an answer, too: a frame whose masks are kept back is never complete.
    assert len(masks) >= 10 and not masks[-1].masks
    state = states[-1]
    assert state.image_topic == stream.topic and list(state.phrases) == ["orange ball"]
    assert state.frames >= state.perceived >= 10 and state.objects == 1 and not state.problem
    assert 0 < state.frame_to_result.p50 <= state.stamp_to_result.p50 < 5
    assert "color for an open-vocabulary detector" in state.backends


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({}, "error: live_node: instruction is empty; say the task, e.g. 'lift the carrot'"),
        ({"instruction": "lift the gizmo"}, "error: nothing to look for in the instruction"),
        (
            {"instruction": "lift the carrot", "stream": "ee_pose"},
            "error: live_node: stream 'ee_pose' is no image; choose one of front_image",
        ),
        ({"instruction": "lift the carrot", "robot": "frank"}, "error: "),
    ],
)
def test_what_does_not_fit_is_one_sentence(parameters: dict[str, str], sentence: str) -> None:
    given = [word for key, value in parameters.items() for word in ("-p", f"{key}:={value}")]
    code, output = said_by(live_node.main, "--ros-args", *given)
    assert code == 2
    assert sentence in output and "Traceback" not in output


def test_weights_that_are_not_here_end_the_node_before_it_begins(tmp_path: Path) -> None:
    config = tmp_path / "perception.yaml"
    config.write_text("detector: mm_grounding_dino")
    done = subprocess.run(
        command(instruction="lift the carrot", config=config), stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, timeout=TIMEOUT_S,
    )  # fmt: skip
    assert done.returncode == 2
    assert "error: detect: mm_grounding_dino: the weights" in done.stdout
    assert "`hf download iSEE-Laboratory/llmdet_base`" in done.stdout
