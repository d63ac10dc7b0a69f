from __future__ import annotations

import pytest
import torch

from afil_policy.data.masked_mean import masked_mean


def test_only_what_is_valid_counts() -> None:
    values = torch.tensor([[1.0, 3.0], [100.0, 200.0]], requires_grad=True)
    mean = masked_mean(values, torch.tensor([[True], [False]]))
    mean.backward()
    assert mean.item() == 2.0
    assert values.grad is not None
    assert values.grad.tolist() == [[0.5, 0.5], [0.0, 0.0]]


def test_nothing_valid_is_zero_with_a_finite_gradient() -> None:
    values = torch.ones(3, requires_grad=True)
    mean = masked_mean(values, torch.zeros(3, dtype=torch.bool))
    mean.backward()
    assert mean.item() == 0.0
    assert values.grad is not None
    assert values.grad.tolist() == pytest.approx([0.0, 0.0, 0.0])
