"""What demonstrated actions do, in words."""

import numpy as np
import pytest

from afil_core.contract import load_contract


def doing(robot: str, *actions: list[float]) -> str:
    return load_contract(robot).require_action().doing(np.array(actions))


@pytest.mark.parametrize(
    ("control", "words"),
    [
        ([0.0, 0.0, 0.8], "braking to stop straight ahead"),
        ([0.7, 0.0, 0.0], "accelerating straight ahead"),
        ([0.05, 0.0, 0.0], "rolling slowly straight ahead"),
        ([0.3, 0.5, 0.0], "cruising and turning right"),
        ([0.3, -0.5, 0.0], "cruising and turning left"),
    ],
)
def test_a_driver(control, words) -> None:
    assert doing("carla", control, control) == words


@pytest.mark.parametrize(
    ("motion", "widths", "words"),
    [
        ([0.02, 0, -0.02], (0.08, 0.08), "moving forward and down and with the gripper open"),
        ([0, 0.02, 0], (0.0, 0.0), "moving left and with the gripper closed"),
        ([0, 0, 0], (0.08, 0.0), "holding still and closing the gripper"),
        ([0.0, 0.0, 0.03], (0.0, 0.08), "moving up and opening the gripper"),
    ],
)
def test_an_arm(motion, widths, words) -> None:
    assert doing("franka", *([*motion, 0, 0, 0, w] for w in widths)) == words


def test_an_arm_that_turns() -> None:
    assert doing("franka", [0, 0, 0, 0, 0, 0.1, 0.08]).startswith("turning the hand and with")
