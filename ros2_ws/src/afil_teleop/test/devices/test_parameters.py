"""A device chosen by parameters."""

import pytest

from afil_core.errors import AfilError
from afil_teleop.devices.keyboard import Keyboard
from afil_teleop.devices.parameters import TeleopParameters


def test_a_device_has_its_options(franka):
    device = TeleopParameters(options="{linear_m_s: 0.3}").make_device(franka)
    assert isinstance(device, Keyboard)
    device.press("i", 0.0)
    assert device.act(0.0, 0.1)[0] == pytest.approx(0.03)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"device": "keybord"}, "no device 'keybord'; did you mean 'keyboard'"),
        ({"options": "{linear: 0.3}"}, "linear is not a known key"),
        ({"options": "{linear_m_s: -1}"}, "linear_m_s must be above 0"),
        ({"options": "[1, 2]"}, "device"),
        ({"device": "keys", "takeover": True}, "takeover:=true is for a device that drives"),
    ],
)
def test_what_does_not_fit_is_a_sentence(franka, given, words):
    with pytest.raises(AfilError, match=words):
        TeleopParameters(**given).make_device(franka)
