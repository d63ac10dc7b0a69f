from __future__ import annotations

import pytest
import torch

from afil_core.errors import AfilError
from afil_policy.methods.base import Losses
from afil_policy.training.meter import Meter


def losses(bc: float, reg: float) -> Losses:
    terms = {"bc": torch.tensor(bc), "reg": torch.tensor(reg)}
    return Losses(terms["bc"] + 2 * terms["reg"], terms)


def test_means_are_weighted_and_survive_a_stop() -> None:
    meter = Meter()
    meter.add(losses(1.0, 0.0), weight=3)
    assert meter.means() == {"loss": 1.0, "bc": 1.0, "reg": 0.0}
    later = Meter(meter.sums(), 3)
    later.add(losses(5.0, 1.0))
    assert later.means() == {"loss": 2.5, "bc": 2.0, "reg": 0.25}
    assert later.means() == later.means()


def test_a_loss_that_is_not_finite_is_noticed_in_any_term() -> None:
    meter = Meter()
    meter.add(losses(1.0, 0.0))
    meter.add(Losses(torch.tensor(1.0), {"bc": torch.tensor(float("nan")), "reg": torch.ones(())}))
    with pytest.raises(AfilError, match=r"not finite .* optimizer\.learning_rate"):
        meter.sums()
