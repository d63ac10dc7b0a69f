"""A simulated world on a robot's topics, by itself or with the scripted expert driving.

Other launch files include it; when one of its nodes ends by itself, the launch ends with a
sentence and a non-zero exit code.
"""

from __future__ import annotations

from launch import LaunchContext, LaunchDescription, LaunchDescriptionEntity
from launch.actions import SetEnvironmentVariable
from pydantic import Field

from afil_core.contract import load_contract
from afil_core.process.launching import description, made_node, needs, read_arguments
from afil_core.world_protocol import simulation_environment
from afil_sim.running.parameters import ExpertParameters, WorldParameters
from afil_sim.tasks import find_task


class Arguments(WorldParameters):
    """Arguments of this launch file."""

    auto_reset: bool = Field(True, description="Start each episode without being asked")
    expert: bool = Field(True, description="Let the scripted expert drive")
    namespace: str = Field("", description="Namespace of the nodes, their topics and their time")


def setup(context: LaunchContext) -> list[LaunchDescriptionEntity]:
    """Check the arguments together and make the nodes; what does not fit is a sentence."""
    given = read_arguments(Arguments, context, "world.launch.py")
    find_task(load_contract(given.robot).robot, given.task)
    own = WorldParameters(**given.model_dump(include=set(WorldParameters.model_fields)))
    nodes = [made_node("afil_sim", "world_node", own, namespace=given.namespace)]
    if given.expert:
        robot = ExpertParameters(robot=given.robot)
        nodes.append(made_node("afil_sim", "expert_node", robot, namespace=given.namespace))
    # The expert's commands are those of the real robot.
    alone = [SetEnvironmentVariable(*pair) for pair in simulation_environment().items()]
    return [*alone, *(needs(node, "the simulation failed") for node in nodes), *nodes]


def generate_launch_description() -> LaunchDescription:
    """The launch description."""
    return description(Arguments, setup)
