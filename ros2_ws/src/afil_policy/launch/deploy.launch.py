"""Deploy a trained policy: the policy node, and with sim:=true the world it acts in."""

from launch import LaunchDescription
from launch.actions import DeclareLaunchArgument, OpaqueFunction, Shutdown
from launch.substitutions import LaunchConfiguration
from launch_ros.actions import Node

from afil_policy.deploy.preflight import check_deployment


def generate_launch_description():
    return LaunchDescription(
        [
            DeclareLaunchArgument("checkpoint", description="Folder that train wrote"),
            DeclareLaunchArgument(
                "robot", default_value="franka", description="Robot contract: name or YAML path"
            ),
            DeclareLaunchArgument(
                "sim",
                default_value="false",
                choices=["true", "false"],
                description="Add the simulated world; the topics stay the same",
            ),
            DeclareLaunchArgument("device", default_value="cpu", description="Torch device"),
            DeclareLaunchArgument(
                "command_interface",
                default_value="",
                description="One of the contract's; empty for its default",
            ),
            DeclareLaunchArgument(
                "autostart",
                default_value="true",
                choices=["true", "false"],
                description="Configure and activate at once",
            ),
            DeclareLaunchArgument(
                "task", default_value="lift_carrot", description="Task of the simulated world"
            ),
            DeclareLaunchArgument(
                "cue",
                default_value="none",
                choices=["none", "intact", "broken"],
                description="Confounding cue in the simulated image",
            ),
            DeclareLaunchArgument(
                "mode",
                default_value="lock_step",
                choices=["lock_step", "real_time"],
                description="Whether the simulated world waits for each command",
            ),
            DeclareLaunchArgument(
                "first_seed", default_value="1000", description="Seed of the first episode"
            ),
            DeclareLaunchArgument(
                "max_steps",
                default_value="",
                description="Control steps of an episode; empty for the task's own",
            ),
            DeclareLaunchArgument(
                "auto_reset",
                default_value="true",
                choices=["true", "false"],
                description="Start the next episode by itself",
            ),
            OpaqueFunction(function=_nodes),
        ]
    )


def _nodes(context):
    def value(name):
        return LaunchConfiguration(name).perform(context)

    sim = value("sim") == "true"
    lock_step = sim and value("mode") == "lock_step"
    checkpoint = check_deployment(value("checkpoint"), value("robot"), sim=sim)
    parameters = {
        "use_sim_time": sim,
        "checkpoint": str(checkpoint),
        "robot": value("robot"),
        "device": value("device"),
        "autostart": value("autostart") == "true",
        # In lock-step the world waits for the policy, not the other way round.
        "watchdog_timeout_s": 5.0 if lock_step else 0.5,
    }
    if value("command_interface"):
        parameters["command_interface"] = value("command_interface")
    policy = Node(
        package="afil_policy",
        executable="policy_node",
        output="screen",
        parameters=[parameters],
        on_exit=Shutdown(reason="the policy node has ended"),
    )
    return [policy, _world(value)] if sim else [policy]


def _world(value):
    parameters = {
        "robot": value("robot"),
        "task": value("task"),
        "cue": value("cue"),
        "mode": value("mode"),
        "first_seed": int(value("first_seed")),
        "auto_reset": value("auto_reset") == "true",
    }
    if value("max_steps"):
        parameters["max_steps"] = int(value("max_steps"))
    return Node(
        package="afil_sim",
        executable="world_node",
        output="screen",
        parameters=[parameters],
        on_exit=Shutdown(reason="the world has ended"),
    )
