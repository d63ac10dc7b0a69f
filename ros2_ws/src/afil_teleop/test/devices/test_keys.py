"""Devices that move nothing: the terminal's episode keys, and pedals."""

from types import SimpleNamespace

import pytest

from afil_core.contract import load_contract
from afil_core.errors import AfilError
from afil_teleop.devices import DEVICES, EpisodeKey
from afil_teleop.devices.parameters import TeleopParameters


@pytest.mark.parametrize("robot", ["franka", "carla"])
def test_every_episode_command_has_a_key(robot):
    keys = DEVICES.select("keys").build(load_contract(robot))
    assert not keys.moves
    for key in "rpsfd\rx\x7fzyneqt?":
        keys.press(key, 0.0)
    assert set(keys.take_keys()) == set(EpisodeKey)
    assert keys.act(0.0, 0.1) is None
    keys.press("h", 0.0)
    assert "Backspace  delete the last" in keys.take_lines()[0]


def test_a_key_that_is_held_is_pressed_once_where_twice_means_something_else(franka):
    keys = DEVICES.select("keys").build(franka)
    for key, meaning in (("\r", EpisodeKey.ADVANCE), ("p", EpisodeKey.PAUSE)):
        for now_s in (1.0, 1.5, 1.53, 1.56):
            keys.press(key, now_s)
        assert keys.take_keys() == [meaning]
        keys.press(key, 2.5)
        assert keys.take_keys() == [meaning]
    for key in ("r", "r", "\x7f", "z", "\x7f"):
        keys.press(key, 3.0)
    assert len(keys.take_keys()) == 5, "another key between, or nothing to fear"


def test_arrows_and_function_keys_mean_nothing(franka, monkeypatch):
    keys = DEVICES.select("keys").build(franka)
    typed = ["\x1b[A\x1b[3~\x1bOPs\x1bq", "\x1b"]
    monkeypatch.setattr(keys, "_terminal", SimpleNamespace(read=typed.pop))
    keys.poll(0.0)
    keys.poll(0.1)
    assert keys.take_keys() == [EpisodeKey.SAVE]


def test_pedals_mean_episodes(joy, franka):
    pedal = DEVICES.select("pedal", buttons={"advance": 0, "rerecord": 2}).build(franka)
    for pressed in ((), {0}, (), {2}, {2}):
        pedal.receive("pedal/joy", joy(buttons=pressed, sizes=(0, 3)), 0.0)
    assert pedal.take_keys() == [EpisodeKey.ADVANCE, EpisodeKey.RERECORD]
    assert pedal.act(0.0, 0.1) is None


def test_beside_a_device_there_may_be_one_for_the_keys(franka):
    (pedal,) = TeleopParameters(keys="{name: pedal, topic: joy}").make_keys(franka)
    assert pedal.sources[0].topic == "joy"
    assert TeleopParameters().make_keys(franka) == []
    with pytest.raises(AfilError, match="moves the robot; give keys or pedal"):
        TeleopParameters(keys="gamepad").make_keys(franka)
