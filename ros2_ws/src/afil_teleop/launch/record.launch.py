"""Record demonstrations of a task: of a simulated expert, of a person, of any other source.

The launch ends by itself when the recorder does; its exit code is 0 when all episodes that
were asked for are recorded.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ament_index_python.packages import get_package_share_directory
from launch import LaunchContext, LaunchDescription, LaunchDescriptionEntity
from launch.actions import LogInfo, Shutdown

from afil_core.process.launching import (
    description,
    drivers,
    made_node,
    needs,
    read_arguments,
    simulated_world,
)
from afil_core.world_protocol import CLOCK_REMAPPING
from afil_teleop.recording.arguments import AUTOPILOT, EXPERT, EXTERNAL, RecordArguments, sources
from afil_teleop.recording.parameters import AutopilotParameters

FAILED = "recording failed"


def setup(context: LaunchContext) -> list[LaunchDescriptionEntity]:
    """Check the arguments together and make the nodes; what does not fit is a sentence."""
    given = read_arguments(RecordArguments, context, "record.launch.py")
    given.check()
    given = given.with_contract_of_env()
    share = Path(get_package_share_directory("afil_teleop"))
    words = given.words(share / "config" / "tasks.yaml")
    state = given.state(words)
    if given.unattended and state.episodes >= given.episodes:
        there = f"{given.dataset} has {state.episodes} episodes already; nothing to record"
        return [LogInfo(msg=there)]
    if given.sim:
        robot = simulated_world(given.simulation(state))
    else:
        robot = drivers(
            given.contract.document, given.bringup, passive=given.passive, told=given.told
        )
    return [*robot, *_source(given), *_recorder(given, words)]


def _recorder(given: RecordArguments, words: str) -> list[LaunchDescriptionEntity]:
    recorder = made_node("afil_teleop", "record_node", given.recorder(words), **_common(given))
    complete = [Shutdown(reason="the recording is complete")]
    return [needs(recorder, FAILED, may_end=True, then=lambda: complete), recorder]


def _source(given: RecordArguments) -> list[LaunchDescriptionEntity]:
    if given.source in (EXPERT, EXTERNAL):
        return []
    if given.source == AUTOPILOT:
        pilot = AutopilotParameters(robot=given.robot)
        node = made_node("afil_teleop", "autopilot_node", pilot, **_common(given))
        return [needs(node, FAILED), node]
    teleop = made_node("afil_teleop", "teleop_node", given.teleop, **_common(given))
    # Quitting ends the device and the recorder, in whatever order.
    made = [needs(teleop, FAILED, may_end=True), teleop]
    if given.watchdog is not None:
        dog = made_node("afil_teleop", "teleop_watchdog_node", given.watchdog, **_common(given))
        made += [needs(dog, FAILED), dog]
    return made


def _common(given: RecordArguments) -> dict[str, Any]:
    # A simulated world in a namespace has a clock of its own there.
    remappings = [CLOCK_REMAPPING] if given.sim and given.namespace else []
    return {
        "use_sim_time": given.follows_clock,
        "namespace": given.namespace,
        "remappings": remappings,
        # Two recorders have the same name in /diagnostics, but for their namespaces.
        "of_libraries": {"diagnostic_updater.use_fqn": bool(given.namespace)},
    }


def generate_launch_description() -> LaunchDescription:
    """The launch description."""
    return description(RecordArguments, setup, choices={"source": sources()})
