"""Perceive a dataset: ``ros2 launch afil_perception perceive.launch.py demos:=DIR``."""

from launch import LaunchDescription
from launch.actions import DeclareLaunchArgument, RegisterEventHandler
from launch.event_handlers import OnProcessExit
from launch.substitutions import LaunchConfiguration
from launch_ros.actions import Node
from launch_ros.parameter_descriptions import ParameterValue

from afil_core.errors import AfilError


def _fail_with_the_node(event, context):
    # Without this, a launch whose node failed would end with exit code 0.
    if event.returncode and not context.is_shutdown:
        raise AfilError(
            f"perception failed: perceive_node ended with code {event.returncode}; its messages "
            f"are above"
        )


def generate_launch_description():
    perceive = Node(
        package="afil_perception",
        executable="perceive_node",
        name="perceive_node",
        output="screen",
        parameters=[
            {
                "demos": ParameterValue(LaunchConfiguration("demos"), value_type=str),
                "publish": ParameterValue(LaunchConfiguration("publish"), value_type=bool),
                "config": ParameterValue(LaunchConfiguration("config"), value_type=str),
            }
        ],
    )
    return LaunchDescription(
        [
            DeclareLaunchArgument("demos", description="folder of the dataset"),
            DeclareLaunchArgument(
                "publish",
                default_value="false",
                description="publish images, key objects and maps while perceiving",
            ),
            DeclareLaunchArgument(
                "config", default_value="", description="YAML file; empty for the defaults"
            ),
            perceive,
            RegisterEventHandler(
                OnProcessExit(target_action=perceive, on_exit=_fail_with_the_node)
            ),
        ]
    )
