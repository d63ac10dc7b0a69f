from __future__ import annotations

from pathlib import Path

import pytest
import torch

from afil_core.errors import AfilError
from afil_policy.training.resume import RunState, load_state, put_back, save_state


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


def test_a_state_of_other_networks_is_a_sentence(tmp_path: Path) -> None:
    small, large = torch.nn.Linear(2, 2), torch.nn.Linear(2, 3)
    state = RunState("a", parts={"method": small.state_dict()})
    same = torch.nn.Linear(2, 2)
    put_back(state, {"method": same}, tmp_path)
    assert torch.equal(same.weight, small.weight)
    with pytest.raises(AfilError, match=r"resume\.pt does not fit .*size mismatch.*delete it"):
        put_back(state, {"method": large}, tmp_path)
    with pytest.raises(AfilError, match=r"does not fit"):
        put_back(state, {"averaged": small}, tmp_path)
