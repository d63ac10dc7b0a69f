"""Devices drive the simulated car in its town, through real processes."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from afil_core.episodes import Episode, list_episodes

ENABLE = 4


def launch(processes: Any, demos: Path, *arguments: str) -> Any:
    """A recorder with its simulated world."""
    command = ["ros2", "launch", "afil_teleop", "record.launch.py", "sim:=true", "keys:=none"]
    started = processes.Process([*command, f"dataset:={demos}", *arguments])
    started.wait_for("recording to", 90)
    return started


def labels(episode: Episode) -> Any:
    """Throttle, steering and brake of each step."""
    return np.array([step.action for step in episode.steps()])


def test_keys_and_a_gamepad_drive_the_simulated_car(processes, pad, tmp_path):
    demos = tmp_path / "demos"
    world = launch(processes, demos, "robot:=carla", "source:=external", "operator:=somebody")
    teleop = ["ros2", "run", "afil_teleop", "teleop_node", "--ros-args", "-p", "robot:=carla"]
    try:
        keys = processes.Person([*teleop, "-p", "device:=keyboard"], processes.environment())
        keys.see("forward, left and right", 60)
        pad.ask("start", "recording episode_000000")
        pad.until(lambda: keys.press("i"), throttle=0.499)
        keys.press("i", times=20)
        pad.until(lambda: keys.press("o"), steer=0.3)
        pad.until(lambda: keys.press("k"), brake=0.9)
        assert "as a success" in pad.ask("save")
        keys.stop()
        other = processes.Process([*teleop, "-p", "device:=gamepad"])
        other.wait_for("drives", 60)
        pad.ask("start", "recording episode_000001")
        pad.hold(ENABLE, a5=-1.0)
        pad.until(throttle=0.999)
        time.sleep(0.5)
        pad.hold(ENABLE, a5=-0.5, a0=-0.6)
        pad.until(steer=0.5)
        pad.hold(ENABLE, a2=-1.0, a5=1.0)
        pad.until(brake=0.9)
        assert "as a success" in pad.ask("save")
        other.stop()
        assert "over" in pad.ask("quit")
        assert world.wait(30).code == 0
    finally:
        world.stop()
    typed, held = list_episodes(demos)
    for episode, most, steering in ((typed, 0.5, 0.3), (held, 1.0, 0.5)):
        throttle, steer, brake = labels(episode).T
        assert throttle.max() == pytest.approx(most), "as the device was held"
        assert steer.max() > steering, "right is positive"
        assert brake.max() == 1.0 and not (throttle * brake).any()
        speed = [float(step.observations["speed"][0]) for step in episode.steps()]
        assert max(speed) > 0.3, "the car moved"
