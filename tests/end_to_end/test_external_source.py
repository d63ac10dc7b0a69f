"""A robot that other nodes drive: the recorder's services, without a simulated world's help."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest
import yaml

from afil_core.bags import read_bag
from afil_core.episodes import list_episodes

ROOT = Path(__file__).resolve().parents[2]
FAKE_ROBOT = ROOT / "ros2_ws/src/afil_teleop/test/nodes/fake_robot.py"


@pytest.fixture
def recorder(processes, tmp_path):
    """The record launch, waiting for services; episodes go to ``tmp_path/demos``."""
    launch = processes.Process(
        ["ros2", "launch", "afil_teleop", "record.launch.py", "robot:=franka", "source:=external"]
        + [f"dataset:={tmp_path / 'demos'}", "operator:=somebody", "task:=lift_carrot"]
    )
    launch.wait_for("recording to", 60)
    yield launch
    launch.stop()


@pytest.fixture
def robot(processes):
    """Function that starts what publishes all topics of the contract, as a driven robot does."""
    started = []

    def start():
        started.append(processes.Process([sys.executable, str(FAKE_ROBOT)]))

    yield start
    for process in started:
        process.stop()


def test_a_person_starts_and_saves_episodes_through_services(
    ros2_command, recorder, robot, processes, tmp_path
):
    ros2_command("ros2service")

    def ask(name: str) -> str:
        service = f"/record_node/{name}"
        return processes.succeed("service", "call", service, "std_srvs/srv/Trigger")

    answer = ask("start")
    assert "success=False" in answer
    assert "nothing publishes /camera/camera/color/image_raw" in answer
    assert "success=False" in ask("save"), "there is nothing to save"

    def start() -> str:
        # A busy machine holds a topic up now and then.
        deadline = time.monotonic() + 90
        while "success=True" not in (said := ask("start")):
            assert time.monotonic() < deadline, said
        return said

    robot()
    began_ns = time.time_ns()
    assert "recording episode_000000" in start()
    time.sleep(2)
    assert "save or discard it first" in ask("quit")
    status = yaml.safe_load(
        processes.succeed("topic", "echo", "--once", "/record_node/status").split("---")[0]
    )
    assert (status["phase"], status["episode"], status["episodes"]) == (2, "episode_000000", 0)
    topics = {entry["topic"]: entry for entry in status["topics"]}
    assert topics["/camera/camera/color/image_raw"]["count"] > 5
    assert 0 <= topics["/target_pose"]["age"] < 10
    assert "success=True" in ask("save_failure")
    start()
    assert "discarded episode_000001" in ask("discard")
    assert "success=True" in ask("quit")
    assert recorder.wait(30).code == 0

    (episode,) = list_episodes(tmp_path / "demos")
    assert episode.metadata.success is False and episode.metadata.seed is None
    assert episode.metadata.operator == "somebody"
    assert len(list(episode.steps())) > 5
    log_times = [t for _, t, _ in read_bag(episode.path)]
    assert began_ns < min(log_times) <= max(log_times) < time.time_ns()
