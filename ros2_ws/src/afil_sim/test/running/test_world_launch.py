"""What ``world.launch.py`` starts, and with which environment."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

# PyPI has the real rclpy without launch.
pytest.importorskip("launch.actions")
from launch import LaunchContext
from launch.actions import SetEnvironmentVariable
from launch.launch_description_sources import PythonLaunchDescriptionSource
from launch_ros.actions import Node

LAUNCH = Path(__file__).resolve().parents[2] / "launch" / "world.launch.py"


def test_the_nodes_of_a_world_stay_on_their_machine_where_a_setup_file_says_subnet(monkeypatch):
    monkeypatch.delenv("AFIL_SIM_DISCOVERY_RANGE", raising=False)
    monkeypatch.setenv("ROS_AUTOMATIC_DISCOVERY_RANGE", "SUBNET")
    monkeypatch.setenv("ROS_STATIC_PEERS", "robot")
    context = LaunchContext()
    source = PythonLaunchDescriptionSource(str(LAUNCH))
    *arguments, setup = source.get_launch_description(context).entities
    for argument in arguments:
        argument.execute(context)
    started = setup.execute(context)
    assert started is not None
    kinds = [type(entity) for entity in started]
    assert kinds.count(Node) == 2, "the world and the expert, whose commands are the robot's"
    before = started[: kinds.index(Node)]
    for entity in before:
        if isinstance(entity, SetEnvironmentVariable):
            entity.execute(context)
    assert os.environ["ROS_AUTOMATIC_DISCOVERY_RANGE"] == "LOCALHOST"
    assert os.environ["ROS_STATIC_PEERS"] == ""
