"""What launch files have in common."""

from __future__ import annotations

import sys

import pytest

from afil_core.contract import load_contract
from afil_core.errors import AfilError

# PyPI has the real rclpy without launch.
pytest.importorskip("launch.actions")
from launch import LaunchDescription, LaunchService
from launch.actions import DeclareLaunchArgument, IncludeLaunchDescription
from launch.launch_description_sources import PythonLaunchDescriptionSource

from afil_core.process.launching import drivers

# A launch file of ours that says on stdout with what it was launched.
OURS = """
from afil_core.process.launching import description, read_arguments
from afil_core.schema import Schema
from pydantic import Field


class Arguments(Schema):
    renamed = {"dark": "shadow"}
    shadow: bool = Field(False, description="Command nothing")


def setup(context):
    print("launched with", read_arguments(Arguments, context, "toy.launch.py"))
    return []


def generate_launch_description():
    return description(Arguments, setup)
"""


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


@pytest.fixture
def typed(tmp_path, monkeypatch, capfd):
    """Function (words after ``ros2 launch``) -> exit code and output, launched as it does it."""
    ours = tmp_path / "share" / "toys" / "launch" / "toy.launch.py"
    ours.parent.mkdir(parents=True)
    ours.write_text(OURS)

    # Wrapped: in somebody's launch file, which may have the same name.
    def launch(*words: str, wrapped: bool = False) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["ros2", "launch", *words])
        pairs = [word.split(":=") for word in words if ":=" in word]
        include = IncludeLaunchDescription(
            PythonLaunchDescriptionSource(str(ours)), launch_arguments=[] if wrapped else pairs
        )
        declared = [DeclareLaunchArgument("color", default_value="")] if wrapped else []
        service = LaunchService(argv=[word for word in words if ":=" in word])
        service.include_launch_description(LaunchDescription([*declared, include]))
        code = service.run()
        return code, "".join(capfd.readouterr())

    return launch


def test_a_mistyped_argument_is_refused_where_ros_would_pass_over_it(typed, tmp_path, monkeypatch):
    code, said = typed("toys", "toy.launch.py", "shadows:=true")
    assert code == 1 and "launched" not in said
    assert "toy.launch.py has no argument 'shadows'; did you mean 'shadow'?" in said
    monkeypatch.chdir(tmp_path / "share")
    code, said = typed("toys/launch/toy.launch.py", "shadows:=true")
    assert code == 1 and "no argument 'shadows'" in said


def test_arguments_that_are_known_are_launched_with(typed):
    code, said = typed("toys", "toy.launch.py", "shadow:=true", "launch-prefix:=nice")
    assert code == 0 and "launched with shadow=True" in said


def test_former_arguments_answer_with_the_present_one(typed):
    code, said = typed("toys", "toy.launch.py", "dark:=true")
    assert code == 1 and "is called 'shadow' now" in said


def test_a_launch_file_that_another_includes_leaves_that_ones_arguments_alone(typed):
    code, said = typed("theirs", "toy.launch.py", "color:=red", wrapped=True)
    assert code == 0 and "launched with shadow=False" in said
