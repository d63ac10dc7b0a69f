"""A small Franka demonstration, made in code."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from afil_core import codecs
from afil_core.contract import load_contract
from afil_core.episodes import EpisodeWriter

PERIOD_NS = 100_000_000
START_NS = 1_000_000_000


def write_steps(writer: EpisodeWriter, steps: int) -> None:
    """Write ``steps`` control steps in the order in which the simulated world sends them."""
    pose = np.array([0.5, 0, 0.3, 1, 0, 0, 0.0])
    joints = [f"fr3_joint{i}" for i in range(1, 8)]
    fingers = ["fr3_finger_joint1", "fr3_finger_joint2"]
    for k in range(steps):
        t = START_NS + k * PERIOD_NS
        writer.write("/joint_states", codecs.encode_joint_state(joints, np.full(7, k / 10), t), t)
        writer.write(
            "/franka_gripper/joint_states",
            codecs.encode_joint_state(fingers, np.full(2, 0.04), t),
            t,
        )
        writer.write(
            "/franka_robot_state_broadcaster/current_pose",
            codecs.encode_pose(pose, t, "fr3_link0"),
            t,
        )
        frame = np.full((240, 320, 3), k, np.uint8)
        writer.write("/camera/camera/color/image_raw", codecs.encode_image(frame, t, "camera"), t)
        pose = pose + [0.01, 0, 0, 0, 0, 0, 0]
        writer.write("/gripper_position_controller/commands", codecs.encode_float_array([0.08]), t)
        writer.write("/target_pose", codecs.encode_pose(pose, t, "fr3_link0"), t)


@pytest.fixture
def record(tmp_path: Path) -> Callable[..., Path]:
    """A function that records an episode of some steps into a dataset and returns its path."""

    def record_episode(steps: int = 6, success: bool | None = True, **facts) -> Path:
        writer = EpisodeWriter(
            tmp_path / "demos", load_contract("franka"), "lift the orange carrot", **facts
        )
        write_steps(writer, steps)
        return writer.save(success)

    return record_episode


@pytest.fixture
def fill() -> Callable[[EpisodeWriter, int], None]:
    """A function that writes some steps to an episode writer."""
    return write_steps
