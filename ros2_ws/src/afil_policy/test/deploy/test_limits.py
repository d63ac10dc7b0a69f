"""What of an action may be commanded."""

from __future__ import annotations

import numpy as np
import pytest

from afil_core.contract import Contract, load_contract
from afil_core.errors import AfilError
from afil_core.testing import changed
from afil_policy.deploy.limits import ActionLimits


def test_steps_keep_their_direction_and_ranges_their_ends(contract: Contract) -> None:
    limits = ActionLimits(contract)
    limited = limits.apply(np.array([0.5, -0.5, 0.5, 1.0, 1.0, 1.0, 0.5]))
    np.testing.assert_allclose(limited[:3], np.array([1, -1, 1]) * 0.05 / np.sqrt(3))
    np.testing.assert_allclose(limited[3:6], 0.2 / np.sqrt(3))
    assert limited[6] == 0.08
    assert limits.clipped == 1


def test_an_action_within_the_limits_is_left_alone(contract: Contract) -> None:
    limits = ActionLimits(contract)
    action = np.array([0.01, -0.02, 0.03, 0.1, -0.1, 0.1, 0.08])
    np.testing.assert_array_equal(limits.apply(action), action)
    assert limits.clipped == 0


def test_deciding_a_binary_dimension_is_no_clipping(contract: Contract) -> None:
    limits = ActionLimits(contract)
    assert limits.apply(np.array([0, 0, 0, 0, 0, 0, 0.07]))[6] == 0.08
    assert limits.clipped == 0


def test_what_is_not_finite_is_refused_by_name() -> None:
    limits = ActionLimits(load_contract("carla"))
    with pytest.raises(AfilError, match="not finite in steer, brake"):
        limits.apply(np.array([0.5, np.nan, np.inf]))


def test_a_robot_without_action_has_nothing_to_limit(contract: Contract) -> None:
    with pytest.raises(AfilError, match="has no action"):
        ActionLimits(changed(contract, {}, without=("action",)))
