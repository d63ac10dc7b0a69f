"""A simulated world on a robot's topics, by itself or with the scripted expert driving.

Other launch files include it; when one of its nodes ends by itself, the launch ends with a
sentence and a non-zero exit code.
"""

from __future__ import annotations

from launch import LaunchContext, LaunchDescription, LaunchDescriptionEntity
from launch.actions import DeclareLaunchArgument, OpaqueFunction, RegisterEventHandler
from launch.event_handlers import OnProcessExit
from launch.events.process import ProcessExited
from launch_ros.actions import Node
from launch_ros.parameter_descriptions import ParameterValue
from pydantic import Field

from afil_core.contract import load_contract
from afil_core.errors import AfilError
from afil_core.process.parameters import describe, read_texts
from afil_sim.running.parameters import WorldParameters
from afil_sim.tasks import find_task


class Arguments(WorldParameters):
    """Arguments of this launch file."""

    auto_reset: bool = Field(True, description="Start each episode without being asked")
    expert: bool = Field(True, description="Let the scripted expert drive")
    namespace: str = Field("", description="Namespace of the nodes, their topics and their time")


def setup(context: LaunchContext) -> list[LaunchDescriptionEntity]:
    """Check the arguments together and make the nodes; what does not fit is a sentence."""
    arguments = read_texts(Arguments, context.launch_configurations, "world.launch.py")
    find_task(load_contract(arguments.robot).robot, arguments.task)
    parameters = {
        p.name: ParameterValue(getattr(arguments, p.name), value_type=p.type)
        for p in describe(WorldParameters)
    }
    nodes = [
        Node(
            package="afil_sim",
            executable="world_node",
            namespace=arguments.namespace,
            output="screen",
            parameters=[parameters],
        )
    ]
    if arguments.expert:
        nodes.append(
            Node(
                package="afil_sim",
                executable="expert_node",
                namespace=arguments.namespace,
                output="screen",
                parameters=[{"robot": parameters["robot"]}],
            )
        )
    handlers = [OnProcessExit(target_action=node, on_exit=_ended) for node in nodes]
    return [*(RegisterEventHandler(handler) for handler in handlers), *nodes]


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
        for p in describe(Arguments)
    ]
    return LaunchDescription([*declared, OpaqueFunction(function=setup)])
