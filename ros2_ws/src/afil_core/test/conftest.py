"""A small Franka demonstration, made in code."""

from collections.abc import Callable
from pathlib import Path

import pytest

from afil_core.testing import episodes, record_franka


@pytest.fixture
def record(tmp_path: Path) -> Callable[..., Path]:
    """A function that records an episode of some steps into a dataset and returns its path."""
    return lambda steps=6, success=True, **facts: record_franka(
        tmp_path / "demos", steps, success=success, **facts
    )


@pytest.fixture
def fill() -> Callable[..., None]:
    """A function that writes some steps to an episode writer."""
    return episodes.fill
