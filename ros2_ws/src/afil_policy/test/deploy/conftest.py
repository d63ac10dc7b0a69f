"""A checkpoint to deploy."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from afil_core.contract import Contract
from afil_policy.training.config import TrainConfig


@pytest.fixture(scope="module")
def checkpoint(
    contract: Contract,
    tmp_path_factory: pytest.TempPathFactory,
    write_checkpoint: Callable[..., Path],
    small: TrainConfig,
) -> Path:
    return write_checkpoint(tmp_path_factory.mktemp("run") / "checkpoint", small, contract)
