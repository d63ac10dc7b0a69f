"""Deploy a trained policy: policy node, watchdog, and with sim:=true the world that it acts in.

It runs until it is told to stop. When one of the nodes ends by itself, the others are ended
too, and the exit code is not 0.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from launch import LaunchContext, LaunchDescription, LaunchDescriptionEntity
from launch.actions import LogInfo
from launch_ros.actions import Node

from afil_core.commander import policy_topic, require_topics
from afil_core.contract import Contract, load_contract
from afil_core.errors import AfilError
from afil_core.process.launching import (
    description,
    drivers,
    made_node,
    needs,
    read_arguments,
    simulated_world,
)
from afil_core.schema import Schema
from afil_core.world_protocol import CLOCK_REMAPPING, uses_sim_time
from afil_policy.deploy.parameters import (
    DeployArguments,
    PolicyParameters,
    WatchdogParameters,
)
from afil_policy.deploy.preflight import check_parameters, robot_of_environment

# What the launch file of the world is given.
WORLD = {"robot", "task", "cue", "mode", "first_seed", "max_steps", "auto_reset", "namespace"}
# The first frame waits until the policy is loaded, which takes long on a busy machine.
LOADING = {"reader_timeout_s": 120.0}


def setup(context: LaunchContext) -> list[LaunchDescriptionEntity]:
    """Check the arguments together and make the nodes; what does not fit is a sentence."""
    given = read_arguments(DeployArguments, context, "deploy.launch.py")
    if given.env:
        robot = robot_of_environment(given.checkpoint, given.env)
        given = given.model_copy(update={"robot": robot})
    checkpoint = check_parameters(given.model_copy(update={"guards": _guards(given)}))
    nodes = [_policy(given, checkpoint)]
    if _is_watched(given):
        nodes.append(_watchdog(given))
    why = "" if given.checkpoint else " (the newest finished run)"
    return [
        LogInfo(msg=f"checkpoint: {checkpoint}{why}"),
        *(needs(node, "deployment failed") for node in nodes),
        *_robot(given),
        *nodes,
    ]


def _robot(given: DeployArguments) -> list[LaunchDescriptionEntity]:
    if not given.sim:
        return drivers(
            load_contract(given.robot).document,
            given.bringup,
            passive=given.passive,
            told={"robot": given.robot},
        )
    if given.passive:
        raise AfilError("passive:=true is told to drivers, and sim:=true starts none")
    waiting = LOADING if _waits(given) and not given.shadow else {}
    return simulated_world({**given.model_dump(include=WORLD), "expert": False, **waiting})


def _policy(given: DeployArguments, checkpoint: Path) -> Node:
    values: dict[str, Any] = {
        "checkpoint": str(checkpoint),
        "watchdog_timeout_s": given.frame_timeout_s(load_contract(given.robot).clock),
        "guards": _guards(given),
        "require_watchdog": _is_watched(given),
    }
    if given.sim and not _waits(given) and given.pacing == "auto":
        values["pacing"] = "steady"
    own = given.model_dump(include=set(PolicyParameters.model_fields))
    return _node("policy_node", PolicyParameters(**{**own, **values}), given)


def _guards(given: DeployArguments) -> str:
    # Nobody publishes what they listen to, or there is nothing to guard.
    auto = "none" if given.sim or given.shadow else "contract"
    return auto if given.guards == "auto" else given.guards


def _watchdog(given: DeployArguments) -> Node:
    own = given.model_dump(include=set(WatchdogParameters.model_fields))
    # Quicker than the loop itself, which has looked after all that it can see by then.
    own["timeout_s"] = 0.8 * given.heartbeat_timeout_s
    return _node("watchdog_node", WatchdogParameters(**own), given)


def _waits(given: DeployArguments) -> bool:
    return given.sim and given.mode == "lock_step"


def _is_watched(given: DeployArguments) -> bool:
    # A policy that commands nothing, or whose world waits for it, needs nobody who stops it.
    auto = not (given.shadow or _waits(given))
    return auto if given.watchdog == "auto" else given.watchdog == "true"


def _node(name: str, parameters: Schema, given: DeployArguments) -> Node:
    contract = load_contract(given.robot).within(given.namespace)
    return made_node(
        "afil_policy",
        name,
        parameters,
        use_sim_time=uses_sim_time(given.use_sim_time, contract.clock, sim=given.sim),
        # Two policy nodes have the same name, but for their namespaces.
        of_libraries={"diagnostic_updater.use_fqn": bool(given.namespace)},
        namespace=given.namespace,
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


def generate_launch_description() -> LaunchDescription:
    """The launch description."""
    return description(DeployArguments, setup)
