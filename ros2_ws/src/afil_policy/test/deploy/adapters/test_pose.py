"""Targets of the pose adapter: in the workspace, near the arm, and held at rest."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from afil_core.contract import Contract
from afil_core.errors import AfilError
from afil_core.testing import HOME, changed
from afil_policy.deploy.adapters import Adapter, Outgoing, build_adapter

OPEN = 0.08


def move(
    adapter: Adapter, step: list[float], measured: NDArray[np.float64] = HOME, stamp_ns: int = 7
) -> NDArray[np.float64]:
    """The target pose that a step leads to."""
    action = np.array([*step, *[0.0] * (6 - len(step)), OPEN])
    sent = adapter.commands(action, {"ee_pose": measured}, stamp_ns, stamp_ns + 5)
    return target(adapter, sent[-1])


def target(adapter: Adapter, sent: Outgoing) -> NDArray[np.float64]:
    pose = adapter.contract.commands["pose"]
    assert sent.topic == pose.topic
    return np.asarray(pose.decode(sent.cdr).value)


def test_targets_stay_in_the_workspace(contract: Contract) -> None:
    low = HOME.copy()
    low[2] = 0.03
    assert move(build_adapter(contract), [0, 0, -0.05], low)[2] == pytest.approx(0.01)


@pytest.mark.parametrize("steps", [3.0, 1.5])
def test_a_target_does_not_run_ahead_of_a_blocked_arm(contract: Contract, steps: float) -> None:
    adapter = build_adapter(contract, "pose", f"{{lead_steps: {steps}}}")
    heights = [move(adapter, [0, 0, -0.05])[2] for _ in range(8)]
    assert min(heights) == pytest.approx(0.3 - steps * 0.05)
    assert adapter.clipped == 8 - int(steps)


def test_an_arm_that_follows_is_not_held_back(contract: Contract) -> None:
    adapter = build_adapter(contract)
    measured = HOME
    for _ in range(5):
        measured = move(adapter, [0.01, -0.02, 0.03, 0.1, -0.1, 0.1], measured)
    np.testing.assert_allclose(measured[:3], HOME[:3] + [0.05, -0.1, 0.15], atol=1e-12)
    assert adapter.clipped == 0


def test_after_a_period_without_an_action_a_step_speeds_up_from_standstill(
    contract: Contract,
) -> None:
    change = changed(contract, {"action.limits.max_translation_change_m": 0.01})
    adapter = build_adapter(change)
    places = [HOME]
    for _ in range(5):
        places.append(move(adapter, [0.05], places[-1]))
    assert places[-1][0] - places[-2][0] == pytest.approx(0.05)
    adapter.hold(8)
    assert move(adapter, [0.05], places[-1])[0] - places[-1][0] == pytest.approx(0.01)


def test_an_arm_outside_of_the_workspace_does_not_start(contract: Contract) -> None:
    far = HOME + np.array([0.4, 0, 0, 0, 0, 0, 0])
    with pytest.raises(AfilError, match="outside of the workspace"):
        move(build_adapter(contract), [0.0], far)


def test_an_arm_that_strays_a_little_keeps_its_target_in_the_workspace(
    contract: Contract,
) -> None:
    adapter = build_adapter(contract)
    edge = HOME + np.array([0.24, 0, 0, 0, 0, 0, 0])
    assert move(adapter, [0.05], edge)[0] == pytest.approx(0.75)
    beyond = HOME + np.array([0.4, 0, 0, 0, 0, 0, 0])
    assert move(adapter, [0.05], beyond)[0] == pytest.approx(0.75)
    assert move(adapter, [-0.02], beyond)[0] == pytest.approx(0.75)


def test_an_arm_that_was_moved_by_somebody_is_not_pulled_back(contract: Contract) -> None:
    adapter = build_adapter(contract)
    move(adapter, [0.05])
    with pytest.raises(AfilError, match="somebody holds or moved it"):
        move(adapter, [0.05], HOME + np.array([0.45, 0, 0, 0, 0, 0, 0]))


def test_no_target_leads_into_or_through_a_forbidden_box(contract: Contract) -> None:
    wall = {"minimum_m": [0.53, -0.4, 0.0], "maximum_m": [0.54, 0.4, 0.6]}
    adapter = build_adapter(changed(contract, {"action.limits.forbidden": [wall]}))
    assert move(adapter, [0.02])[0] == pytest.approx(0.52)
    assert move(adapter, [0.05])[0] == pytest.approx(0.52)
    assert move(adapter, [-0.01])[0] == pytest.approx(0.51)


def test_a_motion_speeds_up_gently_and_brakes_at_once(contract: Contract) -> None:
    limits = {"max_translation_change_m": 0.01, "max_translation_jerk_m": 0.004}
    gentle = changed(contract, {f"action.limits.{k}": v for k, v in limits.items()})
    adapter = build_adapter(gentle, "pose", "{lead_steps: 100}")
    targets = [move(adapter, [0.05])[0] for _ in range(5)]
    steps = np.diff([HOME[0], *targets])
    np.testing.assert_allclose(steps, [0.004, 0.012, 0.022, 0.032, 0.042], atol=1e-9)
    assert move(adapter, [0.0])[0] == pytest.approx(targets[-1])


def test_rest_holds_the_measured_pose_and_leaves_the_gripper_alone(contract: Contract) -> None:
    adapter = build_adapter(contract)
    move(adapter, [0.05])
    elsewhere = HOME + np.array([0.1, 0, 0, 0, 0, 0, 0])
    (held,) = adapter.rest({"ee_pose": elsewhere}, 11)
    np.testing.assert_array_equal(target(adapter, held), elsewhere)
    assert adapter.contract.commands["pose"].decode(held.cdr).stamp_ns == 11
    assert move(adapter, [0.05], elsewhere)[0] == pytest.approx(0.65)
    assert adapter.rest({}, 12) == []


def test_an_arm_without_a_gripper_command_gets_its_pose_alone(contract: Contract) -> None:
    bare = changed(contract, {"action.interfaces": {"pose": ["pose"]}})
    adapter = build_adapter(bare)
    sent = adapter.commands(np.array([0.0] * 6 + [OPEN]), {"ee_pose": HOME}, 7, 7)
    assert [s.topic for s in sent] == ["/target_pose"]
