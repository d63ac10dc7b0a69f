"""A Franka on paper, and its contract."""

from __future__ import annotations

from typing import Any

import pytest

from afil_core.contract import Contract
from afil_core.testing import FrankaOnPaper


@pytest.fixture(scope="session")
def robot() -> FrankaOnPaper:
    return FrankaOnPaper()


@pytest.fixture(scope="session")
def franka(robot: FrankaOnPaper) -> Contract:
    return robot.contract


@pytest.fixture(scope="session")
def joint_action() -> dict[str, Any]:
    """An action of the arm's joints and its gripper, for a contract that has another."""
    return {
        "kind": "joint",
        "minimum_rad": [-3.2] * 7,
        "maximum_rad": [4.6] * 7,
        "max_step_rad": 0.1,
        "demonstrated": ["joint", "gripper"],
        "interfaces": {"joint": ["joint", "gripper"]},
        "default_interface": "joint",
    }
