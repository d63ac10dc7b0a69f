"""What the launch file does beside a person: one who takes over, one who demonstrates."""

import importlib.util
from pathlib import Path

import pytest

from afil_core.contract import load_contract
from afil_core.errors import AfilError
from afil_policy.deploy.parameters import DeployArguments

LAUNCH = Path(__file__).parents[2] / "launch" / "deploy.launch.py"


def launch_file():
    spec = importlib.util.spec_from_file_location("deploy_launch", LAUNCH)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def remapped(robot, **given):
    module = launch_file()
    arguments = DeployArguments(robot=robot, takeover=True, **given)
    return dict(module._beside_a_person(load_contract(robot).within("left"), arguments))


def test_its_commands_go_to_teleoperation():
    assert remapped("franka") == {
        "/left/target_pose": "/left/policy/target_pose",
        "/left/gripper_position_controller/commands": (
            "/left/policy/gripper_position_controller/commands"
        ),
    }
    assert "/left/servo_node/delta_twist_cmds" in remapped("franka", command_interface="twist")
    with pytest.raises(AfilError, match="commands.hand is an action, .* choose"):
        remapped("franka", command_interface="pose_hand")


def test_where_the_robots_driver_tells_the_two_apart_nothing_moves():
    assert remapped("carla") == {}


def test_a_policy_that_commands_nothing_beside_a_demonstrator_has_nothing_to_guard():
    guards = launch_file()._guards
    assert guards(DeployArguments()) == "contract"
    assert guards(DeployArguments(sim=True)) == guards(DeployArguments(shadow=True)) == "none"
    assert guards(DeployArguments(shadow=True, guards="contract")) == "contract"
