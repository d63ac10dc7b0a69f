"""A simulated world on a robot's topics, by itself or with the scripted expert driving."""

from launch import LaunchDescription
from launch.actions import DeclareLaunchArgument
from launch.conditions import IfCondition
from launch.substitutions import LaunchConfiguration
from launch_ros.actions import Node

ARGUMENTS = {
    "robot": ("franka", "Robot whose topics the world speaks"),
    "task": ("lift_carrot", "Task to simulate"),
    "mode": ("real_time", "lock_step (one command per frame) or real_time"),
    "first_seed": ("0", "Seed of the first episode; they count up"),
    "cue": ("none", "Confounding cue in the image: none, intact or broken"),
    "max_steps": ("70", "Control steps after which an episode ends"),
    "command_timeout_s": ("1.0", "Wall time that lock_step waits for a command, s"),
    "auto_reset": ("true", "Start each episode without being asked"),
}


def generate_launch_description() -> LaunchDescription:
    declared = [
        DeclareLaunchArgument(name, default_value=default, description=description)
        for name, (default, description) in ARGUMENTS.items()
    ]
    declared += [
        DeclareLaunchArgument("expert", default_value="true", description="Let the expert drive"),
        DeclareLaunchArgument("noise", default_value="0.0", description="Its noise per step, m"),
    ]
    world = Node(
        package="afil_sim",
        executable="world_node",
        output="screen",
        parameters=[{name: LaunchConfiguration(name) for name in ARGUMENTS}],
    )
    expert = Node(
        package="afil_sim",
        executable="expert_node",
        output="screen",
        parameters=[
            {name: LaunchConfiguration(name) for name in ("robot", "noise")},
        ],
        condition=IfCondition(LaunchConfiguration("expert")),
    )
    return LaunchDescription([*declared, world, expert])
