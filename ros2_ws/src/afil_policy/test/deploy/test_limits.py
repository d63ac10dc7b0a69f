"""Limits on targets: near the arm, in position and in orientation."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from afil_core.actions import delta_between
from afil_core.contract import Contract
from afil_policy.deploy.limits import ActionLimits

HOME = np.array([0.5, 0.0, 0.3, 1.0, 0.0, 0.0, 0.0])


@pytest.mark.parametrize(
    ("step", "longest"),
    [
        (np.array([0.05, 0, 0, 0, 0, 0]), 3 * 0.05),
        (np.array([0, 0, 0, 0, 0, 0.2]), 3 * 0.2),
    ],
)
def test_a_target_does_not_run_ahead_of_a_blocked_arm(
    contract: Contract, step: NDArray[np.float64], longest: float
) -> None:
    limits = ActionLimits(contract)
    target = HOME
    for _ in range(20):
        target = limits.target(target, step, HOME)
    lead = delta_between(HOME, target)
    np.testing.assert_allclose(lead, step / np.linalg.norm(step) * longest, atol=1e-9)
    assert limits.clipped == 17


def test_an_arm_that_follows_is_not_held_back(contract: Contract) -> None:
    limits = ActionLimits(contract)
    step = np.array([0.01, -0.02, 0.03, 0.1, -0.1, 0.1])
    target = HOME
    for _ in range(5):
        target = limits.target(target, step, target)
    np.testing.assert_allclose(target[:3], HOME[:3] + 5 * step[:3], atol=1e-12)
    assert limits.clipped == 0
