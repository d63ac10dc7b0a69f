"""What launch files have in common."""

from __future__ import annotations

import pytest

from afil_core.contract import load_contract
from afil_core.errors import AfilError

# PyPI has the real rclpy without launch.
pytest.importorskip("launch.actions")
from afil_core.process.launching import drivers


def told(choice: str, *, robot: str = "carla", passive: bool = True, **more) -> dict[str, str]:
    entities = drivers(load_contract(robot).document, choice, passive=passive, told=more)
    return dict(entities[0].launch_arguments) if entities else {}


def test_drivers_are_told_that_another_client_ticks_the_world():
    assert told("auto") == {"passive": "true"}
    options = "{spawn_sensors_only: true, port: 2002}"
    assert told(options) == {"spawn_sensors_only": "true", "port": "2002", "passive": "true"}
    assert "passive" not in told(options, passive=False)
    assert told("auto", passive=False) == {}


def test_drivers_are_told_what_they_take_and_the_choice_does_not_say():
    more = {"wait_for_control": False, "what_no_driver_knows": 3}
    assert told("auto", passive=False, **more) == {"wait_for_control": "false"}
    options = "{wait_for_control: true}"
    assert told(options, passive=False, **more) == {"wait_for_control": "true"}


@pytest.mark.parametrize(
    ("robot", "choice", "sentence"),
    [
        ("carla", "none", "bringup:=none starts none"),
        ("franka", "{host: a}", "bringup:={host: a} is for a robot whose .* franka names none"),
        ("franka", "auto", "passive:=true is for a robot whose .* franka names none"),
    ],
)
def test_where_there_are_no_drivers_nobody_can_be_told(robot, choice, sentence):
    with pytest.raises(AfilError, match=sentence):
        told(choice, robot=robot)


def test_an_option_that_the_drivers_do_not_have_is_named_with_those_that_they_have():
    with pytest.raises(
        AfilError, match=r"no argument 'hots'; did you mean 'host'\? it has host, "
    ):
        told("{hots: gpu1}")
