from __future__ import annotations

from pathlib import Path

import pytest
import torch

from afil_policy.training.resume import RunState, load_state, save_state


def test_a_state_is_saved_without_copying_its_tensors(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(tensor: torch.Tensor, memo: object) -> None:
        raise MemoryError("a GPU that is full has no place for a copy")

    monkeypatch.setattr(torch.Tensor, "__deepcopy__", refuse)
    parts = {"method": {"weight": torch.arange(4.0)}, "optimizer": {"state": {0: torch.ones(2)}}}
    save_state(tmp_path, RunState("a", epoch=3, rows=[{"epoch": 1.0}], parts=parts))
    found = load_state(tmp_path, "a")
    assert found is not None
    assert (found.epoch, found.rows) == (3, [{"epoch": 1.0}])
    assert torch.equal(found.parts["method"]["weight"], torch.arange(4.0))
