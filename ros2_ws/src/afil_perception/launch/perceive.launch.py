"""Perceive a dataset: ``ros2 launch afil_perception perceive.launch.py dataset:=DIR``."""

from __future__ import annotations

from launch import LaunchContext, LaunchDescription, LaunchDescriptionEntity
from launch.actions import DeclareLaunchArgument, OpaqueFunction, RegisterEventHandler
from launch.event_handlers import OnProcessExit
from launch.events.process import ProcessExited
from launch_ros.actions import Node

from afil_core.errors import AfilError
from afil_core.process.parameters import describe, read_texts
from afil_core.schema import to_plain
from afil_perception.pipeline.parameters import PerceiveParameters


def _fail_with_the_node(event: ProcessExited, context: LaunchContext) -> None:
    # Without this, a launch whose node failed would end with exit code 0.
    if event.returncode and not context.is_shutdown:
        raise AfilError(
            f"perception failed: perceive_node ended with code {event.returncode}; its messages "
            f"are above"
        )


def _start(context: LaunchContext) -> list[LaunchDescriptionEntity]:
    given = read_texts(PerceiveParameters, context.launch_configurations, "perceive.launch.py")
    perceive = Node(
        package="afil_perception",
        executable="perceive_node",
        name="perceive_node",
        namespace=context.launch_configurations["namespace"],
        output="screen",
        parameters=[to_plain(given)],
    )
    ended = OnProcessExit(target_action=perceive, on_exit=_fail_with_the_node)
    return [RegisterEventHandler(ended), perceive]


def generate_launch_description() -> LaunchDescription:
    """The launch description."""
    arguments = [
        DeclareLaunchArgument(p.name, default_value=p.text, description=p.description)
        for p in describe(PerceiveParameters)
    ]
    former = [
        DeclareLaunchArgument(name, default_value="", description=f"former name of {present}")
        for name, present in PerceiveParameters.renamed.items()
    ]
    namespace = DeclareLaunchArgument(
        "namespace", default_value="", description="Namespace of the node and what it publishes"
    )
    return LaunchDescription([*arguments, namespace, *former, OpaqueFunction(function=_start)])
