"""Velocities of the twist adapter."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from afil_core.contract import Contract
from afil_core.errors import AfilError
from afil_core.testing import HOME, changed
from afil_policy.deploy.adapters import Adapter, build_adapter

STEP = np.array([0.01, 0.0, -0.02, 0.1, 0.0, 0.0, 0.08])


@pytest.fixture
def adapter(contract: Contract) -> Adapter:
    return build_adapter(contract, "twist")


def velocity(
    adapter: Adapter, action: NDArray[np.float64], measured: NDArray[np.float64] = HOME
) -> NDArray[np.float64]:
    sent = adapter.commands(action, {"ee_pose": measured}, 7, 9)
    return np.asarray(adapter.contract.commands["twist"].decode(sent[-1].cdr).value)


def test_after_a_period_without_an_action_a_velocity_grows_from_standstill(
    contract: Contract,
) -> None:
    change = changed(contract, {"action.limits.max_translation_change_m": 0.01})
    adapter = build_adapter(change, "twist")
    speeds = [velocity(adapter, np.array([0.05, 0, 0, 0, 0, 0, 0.08]))[0] for _ in range(5)]
    assert speeds[-1] == pytest.approx(0.5)
    adapter.hold(8)
    after = velocity(adapter, np.array([0.05, 0, 0, 0, 0, 0, 0.08]))[0]
    assert after == pytest.approx(0.1)


def test_a_step_becomes_the_velocity_that_makes_it_in_one_period(adapter: Adapter) -> None:
    sent = adapter.commands(STEP, {"ee_pose": HOME}, 7, 9)
    contract = adapter.contract
    assert [s.topic for s in sent] == [
        "/gripper_position_controller/commands",
        "/servo_node/delta_twist_cmds",
    ]
    assert contract.commands["gripper"].decode(sent[0].cdr).value == 0.08
    twist = contract.commands["twist"].decode(sent[1].cdr)
    np.testing.assert_allclose(twist.value, [0.1, 0, -0.2, 1.0, 0, 0], atol=1e-9)
    # Servo compares stamps with its own clock: the frame's would be late.
    assert twist.stamp_ns == 9


def test_each_step_is_from_where_the_arm_is(adapter: Adapter) -> None:
    for _ in range(9):
        found = velocity(adapter, STEP)
    np.testing.assert_allclose(found, [0.1, 0, -0.2, 1.0, 0, 0], atol=1e-9)


def test_at_the_border_of_the_workspace_the_velocity_ends(adapter: Adapter) -> None:
    down = np.array([0.0, 0.0, -0.05, 0, 0, 0, 0.08])
    low = HOME.copy()
    low[2] = 0.02
    assert velocity(adapter, down, low)[2] == pytest.approx(-0.1)
    low[2] = 0.01
    np.testing.assert_allclose(velocity(adapter, down, low), 0.0, atol=1e-9)
    assert adapter.clipped == 2


def test_an_arm_that_strayed_is_led_back_no_faster_than_a_step(adapter: Adapter) -> None:
    velocity(adapter, STEP)
    back = velocity(adapter, 0 * STEP, HOME + np.array([0.45, 0, 0, 0, 0, 0, 0]))
    np.testing.assert_allclose(back, [-0.5, 0, 0, 0, 0, 0], atol=1e-9)


def test_an_arm_outside_of_the_workspace_does_not_start(adapter: Adapter) -> None:
    far = HOME + np.array([0.4, 0, 0, 0, 0, 0, 0])
    with pytest.raises(AfilError, match="outside of the workspace"):
        velocity(adapter, STEP, far)
    velocity(adapter, STEP)
    adapter.reset()
    with pytest.raises(AfilError, match="outside of the workspace"):
        velocity(adapter, STEP, far)


def test_rest_is_zero_velocity_whatever_was_observed(adapter: Adapter) -> None:
    (sent,) = adapter.rest({}, 11)
    twist = adapter.contract.commands["twist"].decode(sent.cdr)
    np.testing.assert_array_equal(twist.value, np.zeros(6))
    assert twist.stamp_ns == 11


def test_velocities_in_another_frame_than_the_steps_are_refused(contract: Contract) -> None:
    tool = changed(contract, {"commands.twist.frame": "fr3_hand"})
    with pytest.raises(AfilError, match=r"'fr3_link0'.*'fr3_hand'.*commands.twist.frame"):
        build_adapter(tool, "twist")
