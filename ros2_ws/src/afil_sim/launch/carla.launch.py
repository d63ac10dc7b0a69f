"""carla_ros_bridge and carla_spawn_objects as a contract on their topics needs them.

Record and deploy include it for ``robot:=carla`` without ``sim:=true``. Synchronous mode at the
contract's rate; its cameras, odometry, speedometer and the control actor.
"""

from __future__ import annotations

import json
from pathlib import Path

from ament_index_python.packages import get_package_share_directory
from launch import LaunchContext, LaunchDescription, LaunchDescriptionEntity
from launch.actions import IncludeLaunchDescription, LogInfo, RegisterEventHandler
from launch.event_handlers import OnProcessExit
from launch.events.process import ProcessExited
from launch.launch_description_sources import PythonLaunchDescriptionSource
from launch.logging import launch_config

from afil_core.contract import Contract, load_contract
from afil_core.errors import AfilError
from afil_core.process.launching import description, read_arguments
from afil_sim.running.carla_bridge import BRIDGE, SPAWN, BridgeArguments, check_bridge
from afil_sim.running.carla_objects import made_objects, require_tick

OBJECTS = "carla_objects.json"


def setup(context: LaunchContext) -> list[LaunchDescriptionEntity]:
    """Check what is there, and include the bridge's own launch files."""
    given = read_arguments(BridgeArguments, context, "carla.launch.py")
    contract = load_contract(given.robot)
    waits = given.wait_for_control and not given.passive
    period_s = require_tick(contract, waits=waits)
    spawn = _spawn(given, contract) if given.spawn else None
    check_bridge(given, get_package_share_directory)
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
    if spawn is not None:
        ended = OnProcessExit(target_action=None, on_exit=_spawner_ended)
        actions += [RegisterEventHandler(ended), _included(SPAWN, spawn)]
    return actions


def _spawn(given: BridgeArguments, contract: Contract) -> dict[str, str]:
    arguments = {"spawn_sensors_only": str(given.spawn_sensors_only)}
    if given.objects:
        at = {"spawn_point_ego_vehicle": given.spawn_point} if given.spawn_point else {}
        return {"objects_definition_file": given.objects, **arguments, **at}
    shipped = Path(get_package_share_directory("afil_sim")) / "config" / OBJECTS
    objects = made_objects(
        contract,
        json.loads(shipped.read_text(encoding="utf-8")),
        vehicle=given.vehicle,
        spawn_point=given.spawn_point,
    )
    # Beside the log of this launch, which says where that is.
    made = Path(launch_config.log_dir) / OBJECTS
    made.write_text(json.dumps(objects, indent=2), encoding="utf-8")
    return {"objects_definition_file": str(made), **arguments}


def _spawner_ended(
    event: ProcessExited, context: LaunchContext
) -> list[LaunchDescriptionEntity] | None:
    """It stays as long as its objects do, and ends with exit code 0 when it could spawn none."""
    if context.is_shutdown or not any(SPAWN in Path(part).parts for part in event.cmd):
        return None
    raise AfilError(
        f"{SPAWN} ended with code {event.returncode}: something could not be spawned, its "
        f"messages are above. Where the place was taken, name another one: "
        f"bringup:='{{spawn_point: \"x,y,z,roll,pitch,yaw\"}}'"
    )


def _included(package: str, arguments: dict[str, str]) -> IncludeLaunchDescription:
    place = Path(get_package_share_directory(package)) / "launch" / f"{package}.launch.py"
    source = PythonLaunchDescriptionSource(str(place))
    return IncludeLaunchDescription(source, launch_arguments=arguments.items())


def generate_launch_description() -> LaunchDescription:
    """The launch description."""
    return description(BridgeArguments, setup)
