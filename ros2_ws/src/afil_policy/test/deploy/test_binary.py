"""Binary dimensions go to an end of their range, and do not chatter."""

import numpy as np

from afil_core.contract import load_contract
from afil_policy.deploy.binary import BinaryDimensions


def widths(wanted: list[float]) -> list[float]:
    binary = BinaryDimensions(load_contract("franka"))
    return [float(binary.apply(np.array([0.01, 0, 0, 0, 0, 0, w]))[6]) for w in wanted]


def test_width_between_the_ends_is_sent_to_the_nearer_end():
    assert widths([0.07]) == [0.08]
    assert widths([0.01]) == [0.0]


def test_undecided_width_keeps_what_was_commanded():
    assert widths([0.08, 0.036, 0.044, 0.02, 0.044, 0.036, 0.06]) == [
        0.08, 0.08, 0.08, 0.0, 0.0, 0.0, 0.08,
    ]  # fmt: skip


def test_a_policy_that_is_undecided_from_the_start_does_not_chatter():
    assert widths([0.039, 0.041, 0.039, 0.041, 0.06]) == [0.0, 0.0, 0.0, 0.0, 0.08]


def test_continuous_dimensions_are_left_alone():
    action = np.array([0.01, -0.02, 0.003, 0.1, 0, 0, 0.08])
    np.testing.assert_array_equal(BinaryDimensions(load_contract("franka")).apply(action), action)


def test_reset_forgets_the_last_command():
    binary = BinaryDimensions(load_contract("franka"))
    binary.apply(np.array([0, 0, 0, 0, 0, 0, 0.0]))
    binary.reset()
    assert binary.apply(np.array([0, 0, 0, 0, 0, 0, 0.045]))[6] == 0.08


def test_value_that_is_not_finite_is_left_for_the_limits_to_refuse():
    binary = BinaryDimensions(load_contract("franka"))
    assert np.isnan(binary.apply(np.array([0, 0, 0, 0, 0, 0, np.nan]))[6])


def test_vehicle_controls_are_continuous():
    action = np.array([0.5, 0.1, 0.3])
    np.testing.assert_array_equal(BinaryDimensions(load_contract("carla")).apply(action), action)
