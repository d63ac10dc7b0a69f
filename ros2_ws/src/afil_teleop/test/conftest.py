"""A Franka on paper, and its contract."""

from __future__ import annotations

import pytest

from afil_core.contract import Contract
from afil_core.testing import FrankaOnPaper


@pytest.fixture(scope="session")
def robot() -> FrankaOnPaper:
    return FrankaOnPaper()


@pytest.fixture(scope="session")
def franka(robot: FrankaOnPaper) -> Contract:
    return robot.contract
