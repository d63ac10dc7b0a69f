"""Controls of a car."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from afil_core.contract import Contract, load_contract
from afil_core.errors import AfilError
from afil_core.testing import changed
from afil_policy.deploy.adapters import Outgoing, build_adapter

DEFINITION = (
    "std_msgs/Header header\nfloat32 throttle\nfloat32 steer\nfloat32 brake\n"
    "bool hand_brake\nbool reverse\nint32 gear\nbool manual_gear_shift\n"
)


@pytest.fixture
def carla(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Contract:
    share = tmp_path / "share" / "carla_msgs" / "msg"
    share.mkdir(parents=True)
    (share / "CarlaEgoVehicleControl.msg").write_text(DEFINITION)
    monkeypatch.setenv("AMENT_PREFIX_PATH", str(tmp_path))
    return load_contract("carla")


def test_a_vehicle_is_driven_and_stopped_by_the_brake(carla: Contract) -> None:
    adapter = build_adapter(carla)
    control = carla.commands["vehicle"]
    (drive,) = adapter.commands(np.array([0.75, -0.5, 0.0]), {}, 7, 9)
    decoded = control.decode(drive.cdr)
    np.testing.assert_array_equal(decoded.value, [0.75, -0.5, 0.0])
    assert (drive.topic, decoded.stamp_ns) == (control.topic, 7)
    (stop,) = adapter.rest({}, 8)
    np.testing.assert_array_equal(control.decode(stop.cdr).value, [0.0, 0.0, 1.0])


def test_options_that_it_does_not_have_are_refused(carla: Contract) -> None:
    with pytest.raises(AfilError, match="options of command interface 'vehicle': lead_steps"):
        build_adapter(carla, "", "{lead_steps: 2}")


def test_after_a_brake_the_steering_turns_from_straight_ahead_by_its_step(carla: Contract) -> None:
    adapter = build_adapter(changed(carla, {"action.max_steer_step": 0.1}))
    control = carla.commands["vehicle"]

    def steered(wanted: float) -> float:
        (sent,) = adapter.commands(np.array([0.5, wanted, 0.0]), {}, 7, 9)
        assert isinstance(sent, Outgoing)
        return float(control.decode(sent.cdr).value[1])

    assert steered(-0.8) == pytest.approx(-0.8), "from wherever the wheels are"
    adapter.hold(8)
    # What interrupts commands begins anew after it.
    adapter.reset()
    assert steered(-0.8) == pytest.approx(-0.1)
    adapter.reset()
    assert steered(0.8) == pytest.approx(0.8), "another scene"
