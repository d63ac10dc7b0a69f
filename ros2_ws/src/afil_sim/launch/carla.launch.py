"""carla_ros_bridge and carla_spawn_objects as the contract ``carla`` needs them.

Record and deploy include it for ``robot:=carla`` without ``sim:=true``. Synchronous mode at the
contract's rate; the front camera of the paper, odometry, speedometer and the control actor.
"""

from __future__ import annotations

from pathlib import Path

from ament_index_python.packages import get_package_share_directory
from launch import LaunchContext, LaunchDescription, LaunchDescriptionEntity
from launch.actions import IncludeLaunchDescription, LogInfo
from launch.launch_description_sources import PythonLaunchDescriptionSource

from afil_core.contract import load_contract
from afil_core.process.launching import description, read_arguments
from afil_sim.running.carla_bridge import BRIDGE, SPAWN, BridgeArguments, check_bridge


def setup(context: LaunchContext) -> list[LaunchDescriptionEntity]:
    """Check what is there, and include the bridge's own launch files."""
    given = read_arguments(BridgeArguments, context, "carla.launch.py")
    check_bridge(given, get_package_share_directory)
    period_s = load_contract("carla").period_ns * 1e-9
    bridge = {
        "host": given.host,
        "port": str(given.port),
        "timeout": f"{given.timeout:g}",
        "passive": str(given.passive),
        "synchronous_mode": "True",
        "synchronous_mode_wait_for_vehicle_control_command": str(given.wait_for_control),
        "fixed_delta_seconds": f"{period_s:g}",
        "town": given.town,
    }
    how = "joins a world that another client ticks" if given.passive else f"loads {given.town}"
    actions = [
        LogInfo(msg=f"carla_ros_bridge {how} on {given.host}:{given.port}"),
        _included(BRIDGE, bridge),
    ]
    if given.spawn:
        shipped = Path(get_package_share_directory("afil_sim")) / "config" / "carla_objects.json"
        spawn = {
            "objects_definition_file": given.objects or str(shipped),
            "spawn_sensors_only": str(given.spawn_sensors_only),
        }
        if given.spawn_point:
            spawn["spawn_point_ego_vehicle"] = given.spawn_point
        actions.append(_included(SPAWN, spawn))
    return actions


def _included(package: str, arguments: dict[str, str]) -> IncludeLaunchDescription:
    place = Path(get_package_share_directory(package)) / "launch" / f"{package}.launch.py"
    source = PythonLaunchDescriptionSource(str(place))
    return IncludeLaunchDescription(source, launch_arguments=arguments.items())


def generate_launch_description() -> LaunchDescription:
    """The launch description."""
    return description(BridgeArguments, setup)
