"""Joint targets: no faster than the contract allows, near the arm, held at rest."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from afil_core.contract import Contract
from afil_core.errors import AfilError
from afil_core.testing import READY_JOINTS, changed
from afil_policy.deploy.adapters import Adapter, build_adapter

LIMIT = 3.0


@pytest.fixture(scope="module")
def by_joints(contract: Contract) -> Contract:
    """The same arm, with a policy that decides on joint positions."""
    action: dict[str, Any] = {
        "kind": "joint",
        "minimum_rad": [-LIMIT] * 7,
        "maximum_rad": [LIMIT] * 7,
        "max_step_rad": 0.1,
        "demonstrated": ["joint", "gripper"],
        "default_interface": "joint",
        "interfaces": {"joint": ["joint", "gripper"]},
    }
    return changed(contract, {"action": action})


def target(
    adapter: Adapter, joints: NDArray[np.float64], measured: NDArray[np.float64] = READY_JOINTS
) -> NDArray[np.float64]:
    action = np.concatenate([joints, [0.08]])
    sent = adapter.commands(action, {"joint_positions": measured}, 7, 9)
    assert len(sent) == 2
    decoded = adapter.contract.commands["joint"].decode(sent[-1].cdr)
    assert decoded.stamp_ns == 7
    return np.asarray(decoded.value)


def test_after_a_period_without_an_action_a_joint_speeds_up_from_standstill(
    by_joints: Contract,
) -> None:
    adapter = build_adapter(changed(by_joints, {"action.max_change_rad": 0.02}))
    far, places = READY_JOINTS + np.eye(7)[0], [READY_JOINTS]
    for _ in range(5):
        places.append(target(adapter, far, places[-1]))
    assert places[-1][0] - places[-2][0] == pytest.approx(0.1)
    adapter.hold(8)
    assert target(adapter, far, places[-1])[0] - places[-1][0] == pytest.approx(0.02)


def test_a_joint_goes_to_its_target_by_steps(by_joints: Contract) -> None:
    adapter = build_adapter(by_joints)
    assert adapter.streams == ("joint_positions",)
    goal = READY_JOINTS + np.array([0.25, -0.05, 0, 0, 0, 0, 0])
    measured = READY_JOINTS
    moved = []
    for _ in range(3):
        measured = target(adapter, goal, measured)
        moved.append((measured - READY_JOINTS)[:2].tolist())
    np.testing.assert_allclose(moved, [[0.1, -0.05], [0.2, -0.05], [0.25, -0.05]], atol=1e-12)
    assert adapter.clipped == 2


def test_a_target_does_not_run_ahead_of_a_blocked_joint(by_joints: Contract) -> None:
    adapter = build_adapter(by_joints, "joint", "{lead_steps: 2}")
    for _ in range(6):
        found = target(adapter, READY_JOINTS + 1.0)
    np.testing.assert_allclose(found, READY_JOINTS + 0.2)


def test_rest_holds_the_measured_joints(by_joints: Contract) -> None:
    adapter = build_adapter(by_joints)
    target(adapter, READY_JOINTS + 0.1)
    (held,) = adapter.rest({"joint_positions": READY_JOINTS}, 11)
    decoded = by_joints.commands["joint"].decode(held.cdr)
    np.testing.assert_array_equal(decoded.value, READY_JOINTS)
    assert decoded.stamp_ns == 11
    assert adapter.rest({}, 12) == []
    np.testing.assert_allclose(target(adapter, READY_JOINTS + 1.0), READY_JOINTS + 0.1)


def test_steps_of_the_end_effector_can_not_be_sent_as_joint_targets(contract: Contract) -> None:
    with pytest.raises(AfilError, match=r"kind ee_delta, which can't be sent as joint, gripper"):
        build_adapter(contract, "joint")


def test_joints_that_are_not_observed_or_not_the_commanded_ones_are_refused(
    by_joints: Contract,
) -> None:
    blind = changed(by_joints, {}, without=("observations.joint_positions",))
    with pytest.raises(AfilError, match="no observation of kind joint_positions"):
        build_adapter(blind)
    other = by_joints.to_dict()["commands"]["joint"]
    swapped = {**other, "topic": "other", "joints": other["joints"][::-1]}
    changes = {"commands.other": swapped, "action.interfaces": {"joint": ["other", "gripper"]}}
    with pytest.raises(AfilError, match="commands.other.joints"):
        build_adapter(changed(by_joints, changes))
