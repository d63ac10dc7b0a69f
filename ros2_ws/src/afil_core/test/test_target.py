"""Steps integrated into a target within limits."""

import numpy as np
import pytest

from afil_core.actions import PoseLimits, TargetIntegrator, delta_between
from afil_core.errors import AfilError

HOME = np.array([0.45, 0.0, 0.3, 1.0, 0.0, 0.0, 0.0])
LIMITS = PoseLimits(
    workspace_min_m=(0.25, -0.4, 0.01),
    workspace_max_m=(0.75, 0.4, 0.6),
    max_translation_m=0.05,
    max_rotation_rad=0.2,
)


def test_a_target_integrates_steps_from_the_measured_pose():
    integrator = TargetIntegrator(LIMITS, by_person=True)
    integrator.start_from(HOME)
    target = integrator.step(np.array([0.01, 0, 0, 0, 0, 0.05]))
    np.testing.assert_allclose(delta_between(HOME, target), [0.01, 0, 0, 0, 0, 0.05], atol=1e-9)


def test_a_step_is_never_longer_than_the_contract_allows():
    integrator = TargetIntegrator(LIMITS, by_person=True)
    integrator.start_from(HOME)
    target = integrator.step(np.array([0.5, 0.5, 0, 0.9, 0, 0]))
    delta = delta_between(HOME, target)
    assert np.linalg.norm(delta[:3]) == pytest.approx(0.05)
    assert np.linalg.norm(delta[3:]) == pytest.approx(0.2)


def test_the_target_stays_in_the_workspace_and_comes_back_into_it():
    integrator = TargetIntegrator(LIMITS, by_person=True)
    outside = HOME.copy()
    outside[2] = 0.8
    integrator.start_from(outside)
    up = np.array([0, 0, 0.05, 0, 0, 0])
    assert integrator.step(up)[2] == pytest.approx(0.8)
    assert integrator.step(-up)[2] == pytest.approx(0.75)
    assert integrator.step(up)[2] == pytest.approx(0.75)
    integrator.start_from(HOME)
    for _ in range(100):
        target = integrator.step(np.array([0.05, 0.05, -0.05, 0, 0, 0]))
    np.testing.assert_allclose(target[:3], [0.75, 0.4, 0.01])


def test_without_leave_an_outside_target_is_clipped_at_once():
    integrator = TargetIntegrator(LIMITS)
    integrator.start_from(HOME + np.array([0, 0, 0.5, 0, 0, 0, 0]))
    assert integrator.step(np.zeros(6))[2] == pytest.approx(0.6)
    assert integrator.clipped == 1


def test_the_target_never_runs_far_ahead_of_a_blocked_arm():
    integrator = TargetIntegrator(LIMITS, lead_steps=3)
    integrator.start_from(HOME)
    for _ in range(20):
        target = integrator.step(np.array([0.02, 0, 0, 0, 0, 0.1]), measured=HOME)
    lead = delta_between(HOME, target)
    assert np.linalg.norm(lead[:3]) == pytest.approx(0.15)
    assert np.linalg.norm(lead[3:]) == pytest.approx(0.6)


@pytest.mark.parametrize("step", [np.zeros(7), np.full(6, np.nan)])
def test_a_step_that_is_not_six_finite_numbers_is_refused(step):
    integrator = TargetIntegrator(LIMITS)
    integrator.start_from(HOME)
    with pytest.raises(AfilError, match="6 finite numbers"):
        integrator.step(step)


def test_a_persons_target_comes_back_step_by_step_to_an_arm_that_was_led_away():
    away = HOME + [-0.2, 0.3, 0, 0, 0, 0, 0]
    policys = TargetIntegrator(LIMITS, lead_steps=3)
    policys.start_from(HOME)
    with pytest.raises(AfilError, match="somebody holds or moved it"):
        policys.step(np.zeros(6), away)
    integrator = TargetIntegrator(LIMITS, lead_steps=3, by_person=True)
    integrator.start_from(HOME)
    before, leads = HOME, []
    for _ in range(10):
        target = integrator.step(np.zeros(6), away)
        assert np.linalg.norm(target[:3] - before[:3]) <= LIMITS.max_translation_m + 1e-9
        leads.append(np.linalg.norm(target[:3] - away[:3]))
        before = target
    assert leads[0] > 0.3 and leads[-1] == pytest.approx(0.15)


def test_an_arm_outside_of_its_workspace_may_not_start():
    with pytest.raises(AfilError, match="0.300 m outside of the workspace"):
        LIMITS.require_inside(HOME + np.array([0, 0, 0.6, 0, 0, 0, 0]))
