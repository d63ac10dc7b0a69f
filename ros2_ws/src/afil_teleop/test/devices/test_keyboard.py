"""Keys to motion."""

import numpy as np
import pytest

from afil_teleop.devices.keyboard import (
    EpisodeKey,
    Keyboard,
    KeyboardSpeed,
)


@pytest.mark.parametrize(
    ("key", "axis", "sign"),
    [("i", 0, 1), ("k", 0, -1), ("j", 1, 1), ("l", 1, -1), ("u", 2, 1), ("o", 2, -1)]
    + [("J", 3, -1), ("L", 3, 1), ("I", 4, 1), ("K", 4, -1), ("U", 5, 1), ("O", 5, -1)],
)
def test_each_motion_key_moves_its_own_axis(key, axis, sign):
    keyboard = Keyboard(KeyboardSpeed(linear_m_s=0.1, angular_rad_s=0.5))
    keyboard.press(key, 0.0)
    expected = np.zeros(6)
    expected[axis] = sign * (0.1 if axis < 3 else 0.5)
    np.testing.assert_allclose(keyboard.twist(0.1), expected)


def test_a_released_key_stops_after_the_hold_time():
    keyboard = Keyboard(KeyboardSpeed(hold_s=0.15))
    keyboard.press("i", 1.0)
    assert keyboard.twist(1.1).any()
    assert not keyboard.twist(1.15).any()


def test_the_gripper_key_toggles_and_speed_keys_scale():
    keyboard = Keyboard()
    assert keyboard.gripper_open
    keyboard.press(" ", 0.0)
    assert not keyboard.gripper_open
    keyboard.press("i", 0.0)
    slow = keyboard.twist(0.0)[0]
    keyboard.press("+", 0.0)
    assert keyboard.twist(0.0)[0] > slow
    for _ in range(50):
        keyboard.press("-", 0.0)
    assert keyboard.factor == pytest.approx(0.1)


def test_episode_keys_are_requests_and_unknown_keys_mean_nothing():
    keyboard = Keyboard()
    pressed = [keyboard.press(k, 0.0) for k in "rsfdqx"]
    assert pressed == [*EpisodeKey, None]
    assert not keyboard.twist(0.0).any()
