from __future__ import annotations

from pathlib import Path

import pytest

from afil_core.errors import AfilError
from afil_policy.training.log import read_losses, write_losses


def test_the_log_is_read_as_it_was_written(tmp_path: Path) -> None:
    write_losses(tmp_path, [{"epoch": 1.0, "train_bc": 0.25}, {"epoch": 2.0, "train_bc": 1e-7}])
    assert read_losses(tmp_path) == {"epoch": [1.0, 2.0], "train_bc": [0.25, 1e-7]}
    (tmp_path / "losses.csv").write_text("epoch,train_bc\n1,x\n")
    with pytest.raises(AfilError, match=r"losses\.csv"):
        read_losses(tmp_path)
