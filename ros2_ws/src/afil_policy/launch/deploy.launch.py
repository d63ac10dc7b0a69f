"""Deploy a trained policy: the policy node, and with sim:=true the world that it acts in.

It runs until it is told to stop. When one of the nodes ends by itself, the other one is ended
too, and the exit code is not 0.
"""

from __future__ import annotations

from ament_index_python.packages import get_package_share_directory
from launch import LaunchContext, LaunchDescription, LaunchDescriptionEntity
from launch.actions import (
    DeclareLaunchArgument,
    IncludeLaunchDescription,
    OpaqueFunction,
    RegisterEventHandler,
    SetEnvironmentVariable,
)
from launch.event_handlers import OnProcessExit
from launch.events.process import ProcessExited
from launch.launch_description_sources import PythonLaunchDescriptionSource
from launch_ros.actions import Node
from launch_ros.parameter_descriptions import ParameterValue

from afil_core.contract import load_contract
from afil_core.errors import AfilError
from afil_core.world_protocol import simulation_environment, uses_sim_time, world_launch_file
from afil_policy.deploy.preflight import check_deployment

ARGUMENTS = {
    "checkpoint": ("", "Folder that train wrote", None),
    "robot": ("franka", "Robot contract: name or YAML file", None),
    "sim": ("false", "Add the simulated world; the topics stay the same", ["true", "false"]),
    "device": ("cpu", "Torch device", None),
    "command_interface": ("", "One of the contract's; empty: its default", None),
    "autostart": ("true", "Configure and activate at once", ["true", "false"]),
    "task": ("", "Task of the simulated world; empty: the robot's usual one", None),
    "cue": ("none", "Confounding cue in the simulated image", None),
    "mode": (
        "lock_step",
        "Whether the simulated world waits for each command",
        ["lock_step", "real_time"],
    ),
    "first_seed": ("1000", "Seed of the first simulated episode; they count up", None),
    "max_steps": ("0", "Longest simulated episode in control steps; 0: the task's own", None),
    "auto_reset": ("true", "Start each simulated episode without being asked", ["true", "false"]),
    "use_sim_time": (
        "auto",
        "Follow /clock; auto: with sim:=true and where the contract's clock is simulated",
        ["auto", "true", "false"],
    ),
}


def setup(context: LaunchContext) -> list[LaunchDescriptionEntity]:
    """Check the arguments together and make the nodes; what does not fit is a sentence."""
    args = {name: context.launch_configurations[name] for name in ARGUMENTS}
    sim = args["sim"] == "true"
    checkpoint = check_deployment(args["checkpoint"], args["robot"])
    lock_step = sim and args["mode"] == "lock_step"
    clock = load_contract(args["robot"]).clock
    policy = Node(
        package="afil_policy",
        executable="policy_node",
        output="screen",
        parameters=[
            {
                "use_sim_time": uses_sim_time(args["use_sim_time"], clock, sim=sim),
                "checkpoint": _text(str(checkpoint)),
                "robot": _text(args["robot"]),
                "device": _text(args["device"]),
                "command_interface": _text(args["command_interface"]),
                "autostart": args["autostart"] == "true",
                # In lock-step the world waits for the policy, not the other way round.
                "watchdog_timeout_s": 5.0 if lock_step else 0.5,
            }
        ],
    )
    ended = RegisterEventHandler(OnProcessExit(target_action=policy, on_exit=_ended))
    environment = simulation_environment() if sim else {}
    alone = [SetEnvironmentVariable(name, value) for name, value in environment.items()]
    return [*alone, ended, *([_world(args)] if sim else []), policy]


def _world(args: dict[str, str]) -> IncludeLaunchDescription:
    names = ("robot", "task", "cue", "mode", "first_seed", "auto_reset", "max_steps")
    arguments = {name: args[name] for name in names} | {"expert": "false"}
    source = PythonLaunchDescriptionSource(world_launch_file(get_package_share_directory))
    return IncludeLaunchDescription(source, launch_arguments=arguments.items())


def _ended(event: ProcessExited, context: LaunchContext) -> list[LaunchDescriptionEntity]:
    if context.is_shutdown:
        return []
    raise AfilError(
        f"{event.process_name} ended with code {event.returncode}; its messages are above"
    )


def _text(value: str) -> ParameterValue:
    # Without a type, launch_ros would read the text as YAML, and 0.01 would be a number.
    return ParameterValue(value, value_type=str)


def generate_launch_description() -> LaunchDescription:
    """The launch description."""
    declared = [
        DeclareLaunchArgument(name, default_value=default, description=text, choices=choices)
        for name, (default, text, choices) in ARGUMENTS.items()
    ]
    return LaunchDescription([*declared, OpaqueFunction(function=setup)])
