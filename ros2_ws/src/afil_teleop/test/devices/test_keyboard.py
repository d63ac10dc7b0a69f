"""Keys to motion."""

import numpy as np
import pytest

from afil_core.contract import load_contract
from afil_core.errors import AfilError
from afil_teleop.devices import DEVICES

PERIOD_S = 0.1


@pytest.fixture
def make(franka):
    """Function that makes a keyboard with options."""
    return lambda **options: DEVICES.select("keyboard", **options).build(franka)


@pytest.mark.parametrize(
    ("key", "axis", "sign"),
    [("i", 0, 1), ("k", 0, -1), ("j", 1, 1), ("l", 1, -1), ("u", 2, 1), ("o", 2, -1)]
    + [("J", 3, -1), ("L", 3, 1), ("I", 4, 1), ("K", 4, -1), ("U", 5, 1), ("O", 5, -1)],
)
def test_each_motion_key_moves_its_own_axis(make, key, axis, sign):
    keyboard = make(linear_m_s=0.1, angular_rad_s=0.5)
    keyboard.press(key, 0.0)
    expected = np.zeros(7)
    expected[axis] = sign * PERIOD_S * (0.1 if axis < 3 else 0.5)
    expected[6] = 0.08
    np.testing.assert_allclose(keyboard.act(0.1, PERIOD_S), expected)


def test_a_released_key_stops_after_the_hold_time(make):
    keyboard = make(hold_s=0.15)
    keyboard.press("i", 1.0)
    assert keyboard.act(1.1, PERIOD_S)[:6].any()
    assert not keyboard.act(1.15, PERIOD_S)[:6].any()


def test_after_a_fifth_of_a_second_of_silence_nothing_is_asked(make):
    keyboard = make()
    assert keyboard.act(0.0, PERIOD_S) is None, "before the first key"
    keyboard.press(" ", 1.0)
    assert keyboard.act(1.19, PERIOD_S) is not None
    assert keyboard.act(1.21, PERIOD_S) is None


def test_the_gripper_key_toggles_and_speed_keys_scale(make):
    keyboard = make()
    keyboard.press("i", 0.0)
    slow = keyboard.act(0.0, PERIOD_S)
    assert slow[6] == 0.08
    keyboard.press(" ", 0.0)
    assert keyboard.act(0.0, PERIOD_S)[6] == 0.0
    keyboard.press("+", 0.0)
    assert keyboard.act(0.0, PERIOD_S)[0] > slow[0]
    for _ in range(50):
        keyboard.press("-", 0.0)
    assert keyboard.factor == pytest.approx(0.1)
    keyboard.reset()
    assert keyboard.act(0.0, PERIOD_S)[6] == 0.08, "a new episode begins with an open hand"


def test_episode_keys_are_requests_and_move_nothing(make):
    keyboard = make()
    for key in "rsfdq?":
        keyboard.press(key, 0.0)
    assert [key.value for key in keyboard.take_keys()] == [
        "start",
        "save",
        "save_failure",
        "discard",
        "quit",
    ]
    assert keyboard.take_keys() == []
    assert keyboard.act(0.0, PERIOD_S) is None, "nothing was meant for the robot"
    keyboard.press("h", 0.0)
    assert "space  open, close" in keyboard.take_lines()[0]


@pytest.fixture
def car():
    return DEVICES.select("keyboard", throttle=0.5, steer_per_s=2.0).build(load_contract("carla"))


def test_keys_drive_a_car(car):
    for now_s, key, expected in (
        (0.0, "i", [0.5, 0.0, 0]),
        (0.1, "o", [0.5, 0.2, 0]),
        (0.2, "o", [0.5, 0.4, 0]),
        (0.3, "j", [0.0, 0.2, 0]),
        (0.4, "u", [0.5, 0.0, 0]),
        (0.5, "k", [0.0, 0.0, 1]),
    ):
        car.press(key, now_s)
        np.testing.assert_allclose(car.act(now_s, PERIOD_S), expected, atol=1e-9, err_msg=key)
    assert car.act(0.71, PERIOD_S) is None, "silence: the drive brakes"
    car.press("+", 1.0)
    car.press("i", 1.0)
    assert car.act(1.0, PERIOD_S)[0] == pytest.approx(0.625)
    car.press("v", 1.0)
    assert car.reverse
    car.reset()
    assert not car.reverse


def test_a_robot_that_is_neither_arm_nor_car_is_refused(franka):
    with pytest.raises(AfilError, match="drives arms .* 'video' does not have"):
        DEVICES.select("keyboard").build(load_contract("video"))
