"""The knob drives the disc: through the registries, without ROS."""

from __future__ import annotations

import numpy as np
import pytest

from afil_core import messages
from afil_core.contract import load_contract
from afil_core.errors import AfilError
from afil_teleop.devices import DEVICES, EpisodeKey
from afil_teleop.devices.parameters import TeleopParameters
from afil_teleop.driving import make_drive
from afil_teleop.recording.arguments import sources
from afil_teleop.recording.resets import make_reset


def number(value: float) -> bytes:
    return messages.serialize(messages.new("std_msgs/msg/Float64", data=value))


def test_device(contract) -> None:
    assert "knob" in sources(), "it is a choice of record.launch.py source:="
    device = TeleopParameters(device="knob", options="{rate_rad_s: 0.5}").make_device(contract)
    assert device.act(0.0, 0.1) is None
    device.receive("knob", number(-0.4), 10.0)
    asked = device.act(10.1, 0.1)
    assert asked is not None and asked.tolist() == pytest.approx([-0.2])
    assert device.act(10.3, 0.1) is None, "it was let go"
    pressed = messages.serialize(messages.new("std_msgs/msg/Bool", data=True))
    for _ in range(2):
        device.receive("knob/button", pressed, 11.0)
    assert device.take_keys() == [EpisodeKey.START, EpisodeKey.SAVE]
    with pytest.raises(AfilError, match="outside of -1 to 1"):
        device.receive("knob", number(3.0), 12.0)
    with pytest.raises(AfilError, match="discs"):
        DEVICES.select("knob").build(load_contract("franka"))


def test_drive(contract) -> None:
    drive = make_drive(contract)
    assert drive.is_ready
    ((command, cdr),) = drive.move(np.array([9.0]), 5)
    assert command.topic == "/turn_rate"
    np.testing.assert_allclose(command.decode(cdr).value, [2.0], err_msg="the contract's limit")
    ((command, cdr),) = drive.rest(6)
    np.testing.assert_allclose(command.decode(cdr).value, [0.0])


def test_reset(contract) -> None:
    sent = []

    class Wire:
        def prepare(self, topics, services) -> None:
            assert topics == {"/brake": "std_msgs/msg/Float64"} and services == ()

        def trigger(self, service, done) -> bool:
            raise AssertionError

        def publish(self, topic, cdr) -> None:
            sent.append((topic, messages.deserialize(cdr, "std_msgs/msg/Float64").data))

    reset = make_reset("{name: stop_disc, settle_s: 0.5}", contract, Wire())
    assert reset is not None
    reset.begin(0.0)
    assert sent == [("/brake", 1.0)]
    assert reset.poll(0.0) is None and reset.poll(0.6) == ""
