"""Deploy a trained policy: policy node, watchdog, and with sim:=true the world that it acts in.

It runs until it is told to stop. When one of the nodes ends by itself, the others are ended
too, and the exit code is not 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

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

from afil_core.commander import policy_topic, require_topics
from afil_core.contract import Contract, load_contract
from afil_core.errors import AfilError
from afil_core.process.launching import drivers
from afil_core.process.parameters import describe, read_texts
from afil_core.schema import Schema
from afil_core.world_protocol import (
    CLOCK_REMAPPING,
    simulation_environment,
    uses_sim_time,
    world_launch_file,
)
from afil_policy.deploy.parameters import (
    DeployArguments,
    PolicyParameters,
    WatchdogParameters,
)
from afil_policy.deploy.preflight import check_parameters, robot_of_environment

# What the launch file of the world is given.
WORLD = ("task", "cue", "mode", "first_seed", "max_steps", "auto_reset", "namespace")
# The first frame waits until the policy is loaded, which takes long on a busy machine.
LOADING = (("reader_timeout_s", "120.0"),)


def setup(context: LaunchContext) -> list[LaunchDescriptionEntity]:
    """Check the arguments together and make the nodes; what does not fit is a sentence."""
    texts = context.launch_configurations
    given = read_texts(DeployArguments, texts, "deploy.launch.py")
    if given.env:
        robot = robot_of_environment(given.checkpoint, given.env)
        given = given.model_copy(update={"robot": robot})
    checkpoint = check_parameters(given.model_copy(update={"guards": _guards(given)}))
    nodes = [_policy(given, checkpoint)]
    if _is_watched(given):
        nodes.append(_watchdog(given))
    why = "" if given.checkpoint else " (the newest finished run)"
    actions = [
        LogInfo(msg=f"checkpoint: {checkpoint}{why}"),
        *(RegisterEventHandler(OnProcessExit(target_action=n, on_exit=_ended)) for n in nodes),
    ]
    if given.sim:
        if given.passive:
            raise AfilError("passive:=true is told to drivers, and sim:=true starts none")
        world = world_launch_file(get_package_share_directory)
        alone = simulation_environment()
        actions += [SetEnvironmentVariable(name, value) for name, value in alone.items()]
        actions.append(
            IncludeLaunchDescription(
                PythonLaunchDescriptionSource(world),
                launch_arguments=[
                    ("expert", "false"),
                    ("robot", given.robot),
                    *((name, texts[name]) for name in WORLD),
                    *(LOADING if _waits(given) and not given.shadow else ()),
                ],
            )
        )
    else:
        actions += drivers(
            load_contract(given.robot).document,
            given.bringup,
            passive=given.passive,
            told={"robot": given.robot},
        )
    return [*actions, *nodes]


def _policy(given: DeployArguments, checkpoint: Path) -> Node:
    values = {
        "checkpoint": str(checkpoint),
        "watchdog_timeout_s": given.frame_timeout_s(load_contract(given.robot).clock),
        "guards": _guards(given),
        "require_watchdog": _is_watched(given),
    }
    if given.sim and not _waits(given) and given.pacing == "auto":
        values["pacing"] = "steady"
    return _node("policy_node", PolicyParameters, given, values)


def _guards(given: DeployArguments) -> str:
    # Nobody publishes what they listen to, or there is nothing to guard.
    auto = "none" if given.sim or given.shadow else "contract"
    return auto if given.guards == "auto" else given.guards


def _watchdog(given: DeployArguments) -> Node:
    # Quicker than the loop itself, which has looked after all that it can see by then.
    timeout_s = 0.8 * given.heartbeat_timeout_s
    return _node("watchdog_node", WatchdogParameters, given, {"timeout_s": timeout_s})


def _waits(given: DeployArguments) -> bool:
    return given.sim and given.mode == "lock_step"


def _is_watched(given: DeployArguments) -> bool:
    # A policy that commands nothing, or whose world waits for it, needs nobody who stops it.
    auto = not (given.shadow or _waits(given))
    return auto if given.watchdog == "auto" else given.watchdog == "true"


def _node(
    name: str, kind: type[Schema], given: DeployArguments, values: Mapping[str, Any]
) -> Node:
    parameters = {
        # Without a type, launch_ros would read a text as YAML, and 0.01 would be a number.
        p.name: ParameterValue(
            values[p.name] if p.name in values else getattr(given, p.name), value_type=p.type
        )
        for p in describe(kind)
    }
    contract = load_contract(given.robot).within(given.namespace)
    return Node(
        package="afil_policy",
        executable=name,
        namespace=given.namespace,
        output="screen",
        parameters=[
            {
                "use_sim_time": uses_sim_time(given.use_sim_time, contract.clock, sim=given.sim),
                # Two policy nodes have the same name, but for their namespaces.
                "diagnostic_updater.use_fqn": bool(given.namespace),
                **parameters,
            }
        ],
        remappings=[
            *([CLOCK_REMAPPING] if given.sim else []),
            *(_beside_a_person(contract, given) if given.takeover else []),
        ],
    )


def _beside_a_person(contract: Contract, given: DeployArguments) -> list[tuple[str, str]]:
    """Topics for teleoperation, which passes on what it gets until the person takes over."""
    if contract.takeover is not None:
        return []  # The robot's driver tells the two apart.
    commands = contract.interface(given.command_interface)
    require_topics(commands)
    return [(c.topic, policy_topic(c.topic, contract.namespace)) for c in commands]


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
