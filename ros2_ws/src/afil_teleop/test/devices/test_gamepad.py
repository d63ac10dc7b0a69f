"""Sticks, triggers and buttons of a pad."""

import numpy as np
import pytest

from afil_core.contract import load_contract
from afil_core.errors import AfilError
from afil_teleop.devices import EpisodeKey
from afil_teleop.devices.parameters import TeleopParameters

PERIOD_S = 0.1
HELD = 4


@pytest.fixture
def make():
    """Function that makes a pad with options for a robot."""

    def build(robot="franka", options=""):
        parameters = TeleopParameters(device="gamepad", options=options)
        return parameters.make_device(load_contract(robot))

    return build


def test_the_sticks_move_while_the_dead_mans_button_is_held(make, joy):
    pad = make()
    pad.receive("joy", joy({1: 1.0, 0: -0.5, 3: 1.0}), 0.0)
    assert pad.act(0.0, PERIOD_S) is None, "the button is free"
    pad.receive("joy", joy({1: 1.0, 0: -0.5, 3: 1.0}, {HELD}), 0.1)
    expected = [0.01, -0.005, 0, 0, 0, 0.05, 0.08]
    np.testing.assert_allclose(pad.act(0.1, PERIOD_S), expected)
    pad.receive("joy", joy({1: 1.0}, {5}), 0.2)
    assert pad.act(0.2, PERIOD_S)[0] == pytest.approx(0.025), "the turbo speed"
    pad.receive("joy", joy({1: 1.0}), 0.3)
    assert pad.act(0.3, PERIOD_S) is None


def test_a_pad_that_falls_silent_asks_for_nothing(make, joy):
    pad = make()
    pad.receive("joy", joy({1: 1.0}, {HELD}), 1.0)
    assert pad.act(1.19, PERIOD_S) is not None
    assert pad.act(1.21, PERIOD_S) is None


def test_the_names_of_teleop_twist_joy_are_its_options_dotted_or_not(make, joy):
    dotted = "{axis_linear.x: 4, scale_linear.x: -0.5, enable_button: 2, enable_turbo_button: -1}"
    nested = "{axis_linear: {x: 4}, scale_linear: {x: -0.5}, enable_button: 2}"
    for options in (dotted, nested):
        pad = make(options=options)
        pad.receive("joy", joy({4: 1.0, 1: 1.0, 0: 1.0}, {2}), 0.0)
        np.testing.assert_allclose(pad.act(0.0, PERIOD_S)[:3], [-0.05, 0, 0])
    free = make(options="{require_enable_button: false}")
    free.receive("joy", joy({1: 1.0}), 0.0)
    assert free.act(0.0, PERIOD_S)[0] == pytest.approx(0.01)
    free.receive("joy", joy({1: 0.04}), 0.0)
    assert free.act(0.0, PERIOD_S)[0] == 0.0, "the dead zone"


def test_a_press_counts_once_however_often_the_pad_repeats_itself(make, joy):
    pad = make()
    pad.receive("joy", joy(buttons={7}), 0.0)
    assert pad.take_keys() == [], "held when the first message came"
    for pressed in ((), {7}, {7}, (), {7, 1}, {1}, ()):
        pad.receive("joy", joy(buttons=pressed), 0.1)
    assert pad.take_keys() == [EpisodeKey.ADVANCE, EpisodeKey.ADVANCE, EpisodeKey.DISCARD]
    pad.receive("joy", joy(buttons={HELD}), 0.2)
    assert pad.act(0.2, PERIOD_S)[6] == 0.08
    pad.receive("joy", joy(buttons={HELD, 0}), 0.3)
    pad.receive("joy", joy(buttons={HELD, 0}), 0.4)
    assert pad.act(0.4, PERIOD_S)[6] == 0.0, "the gripper closes"
    pad.reset()
    assert pad.act(0.4, PERIOD_S)[6] == 0.08


def test_triggers_drive_a_car_and_a_trigger_that_was_never_touched_is_free(make, joy):
    pad = make("carla")
    pad.receive("joy", joy({0: 0.5}, {HELD}), 0.0)
    np.testing.assert_allclose(pad.act(0.0, PERIOD_S), [0, -0.5, 0], err_msg="0 is not half")
    pad.receive("joy", joy({5: -1.0, 2: 1.0, 0: -1.0}, {HELD}), 0.1)
    np.testing.assert_allclose(pad.act(0.1, PERIOD_S), [1, 1, 0])
    pad.receive("joy", joy({5: 1.0, 2: 0.0}, {HELD}), 0.2)
    np.testing.assert_allclose(pad.act(0.2, PERIOD_S), [0, 0, 0.5])
    assert not pad.reverse
    pad.receive("joy", joy({5: 1.0, 2: 1.0}, {HELD, 3}), 0.3)
    assert pad.reverse
    pad.reset()
    assert not pad.reverse
    other = make("carla", "{trigger_released: 0.0, trigger_pressed: 1.0}")
    other.receive("joy", joy({5: 0.25}, {HELD}), 0.0)
    assert other.act(0.0, PERIOD_S)[0] == pytest.approx(0.25)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ("{axis_linear.q: 1}", "axis_linear"),
        ("{buttons: {saev: 1}}", "buttons names 'saev'; did you mean 'save'"),
        ("{trigger_released: 1.0, trigger_pressed: 1.0}", "are the same"),
        ("{enable_buton: 1}", "did you mean 'enable_button'"),
    ],
)
def test_options_that_do_not_fit_are_a_sentence(make, options, words):
    with pytest.raises(AfilError, match=words):
        make(options=options)


def test_a_pad_without_the_buttons_or_axes_is_a_sentence_and_moves_nothing(make, joy):
    pad = make()
    with pytest.raises(AfilError, match="buttons.advance is 7, and joy has 4 buttons"):
        pad.receive("joy", joy(sizes=(8, 4)), 0.0)
    pad = make(options="{buttons: {}}")
    with pytest.raises(AfilError, match="axis_linear.z is 4, and joy has 2 axes"):
        pad.receive("joy", joy(buttons={HELD}, sizes=(2, 11)), 0.0)
    assert pad.act(0.0, PERIOD_S) is None
    with pytest.raises(AfilError, match="axis 1 of joy is nan"):
        pad.receive("joy", joy({1: np.nan}, {HELD}), 0.0)
    assert pad.act(0.0, PERIOD_S) is None


@pytest.mark.parametrize("sent", [({1: np.nan}, {HELD}, (8, 11)), ({}, (), (2, 2))])
def test_a_pad_that_breaks_while_it_moves_the_arm_is_let_go_with_a_sentence(make, joy, sent):
    pad = make(options="{buttons: {}, gripper_button: -1}")
    pad.receive("joy", joy({1: 1.0}, {HELD}), 1.0)
    assert pad.act(1.0, PERIOD_S) is not None
    with pytest.raises(AfilError):
        pad.receive("joy", joy(*sent), 1.05)
    assert pad.act(1.1, PERIOD_S) is None
    (line,) = pad.take_lines()
    assert "joy" in line
    pad.receive("joy", joy({1: 1.0}, {HELD}), 1.15)
    assert pad.act(1.15, PERIOD_S) is not None, "it is well again"
