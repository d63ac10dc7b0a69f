"""Devices that move nothing: the terminal's episode keys, and pedals."""

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
