"""Deploy a trained policy: the policy node, and with sim:=true the world that it acts in.

It runs until it is told to stop. When one of the nodes ends by itself, the other one is ended
too, and the exit code is not 0.
"""

from __future__ import annotations

from pathlib import Path

from ament_index_python.packages import get_package_share_directory
from launch import LaunchContext, LaunchDescription, LaunchDescriptionEntity
from launch.actions import (
    DeclareLaunchArgument,
    IncludeLaunchDescription,
    LogInfo,
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
from afil_core.process.parameters import describe, read_texts
from afil_core.world_protocol import (
    CLOCK_REMAPPING,
    simulation_environment,
    uses_sim_time,
    world_launch_file,
)
from afil_policy.deploy.parameters import DeployArguments, PolicyParameters
from afil_policy.deploy.preflight import check_deployment

# What the launch file of the world is given.
WORLD = ("robot", "task", "cue", "mode", "first_seed", "max_steps", "auto_reset", "namespace")


def setup(context: LaunchContext) -> list[LaunchDescriptionEntity]:
    """Check the arguments together and make the nodes; what does not fit is a sentence."""
    texts = context.launch_configurations
    given = read_texts(DeployArguments, texts, "deploy.launch.py")
    checkpoint = check_deployment(given.checkpoint, given.robot)
    policy = _policy(given, checkpoint)
    why = "" if given.checkpoint else " (the newest finished run)"
    actions = [
        LogInfo(msg=f"checkpoint: {checkpoint}{why}"),
        RegisterEventHandler(OnProcessExit(target_action=policy, on_exit=_ended)),
    ]
    if given.sim:
        world = world_launch_file(get_package_share_directory)
        alone = simulation_environment()
        actions += [SetEnvironmentVariable(name, value) for name, value in alone.items()]
        actions.append(
            IncludeLaunchDescription(
                PythonLaunchDescriptionSource(world),
                launch_arguments=[("expert", "false"), *((name, texts[name]) for name in WORLD)],
            )
        )
    return [*actions, policy]


def _policy(given: DeployArguments, checkpoint: Path) -> Node:
    # In lock-step the world waits for the policy, not the other way round.
    patience_s = 5.0 if given.sim and given.mode == "lock_step" else 0.5
    values = {
        "checkpoint": str(checkpoint),
        "watchdog_timeout_s": given.watchdog_timeout_s or patience_s,
    }
    parameters = {
        # Without a type, launch_ros would read a text as YAML, and 0.01 would be a number.
        p.name: ParameterValue(values.get(p.name, getattr(given, p.name)), value_type=p.type)
        for p in describe(PolicyParameters)
    }
    clock = load_contract(given.robot).clock
    return Node(
        package="afil_policy",
        executable="policy_node",
        namespace=given.namespace,
        output="screen",
        parameters=[
            {
                "use_sim_time": uses_sim_time(given.use_sim_time, clock, sim=given.sim),
                # Two policy nodes have the same name, but for their namespaces.
                "diagnostic_updater.use_fqn": bool(given.namespace),
                **parameters,
            }
        ],
        remappings=[CLOCK_REMAPPING] if given.sim else [],
    )


def _ended(event: ProcessExited, context: LaunchContext) -> list[LaunchDescriptionEntity]:
    if context.is_shutdown:
        return []
    raise AfilError(
        f"{event.process_name} ended with code {event.returncode}; its messages are above"
    )


def generate_launch_description() -> LaunchDescription:
    """The launch description."""
    declared = [
        DeclareLaunchArgument(
            p.name,
            default_value=p.text,
            description=p.description,
            choices=list(p.choices) or None,
        )
        for p in describe(DeployArguments)
    ]
    return LaunchDescription([*declared, OpaqueFunction(function=setup)])
