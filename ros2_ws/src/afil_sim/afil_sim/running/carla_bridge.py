"""Whether carla-ros-bridge can be started: packages, server, versions; each lack is a sentence."""

from __future__ import annotations

import socket
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from typing import Final

from pydantic import Field

from afil_core.errors import AfilError
from afil_core.schema import Schema

BRIDGE: Final = "carla_ros_bridge"
SPAWN: Final = "carla_spawn_objects"
_VERSION_FILE: Final = "CARLA_VERSION"
_FORK: Final = (
    "the bridge is for 0.9.13, and forks are for others, e.g. ttgamage/carla-ros-bridge for "
    "0.9.15 on Humble"
)


class BridgeArguments(Schema):
    """Arguments of ``carla.launch.py``; ``bringup:='{host: gpu1}'`` of record and deploy."""

    host: str = Field("localhost", description="Host of the CARLA server")
    port: int = Field(2000, ge=1, le=65535, description="Its port")
    timeout: float = Field(
        30.0, gt=0, description="How long the bridge waits for the server, s (its own: 2)"
    )
    town: str = Field("Town01", description="Map to load; with passive:=true nothing is loaded")
    passive: bool = Field(False, description="Another client ticks the world, e.g. ScenarioRunner")
    wait_for_control: bool = Field(
        True,
        description="Each frame waits up to 1 s for one control; false where only the autopilot "
        "drives",
    )
    spawn: bool = Field(
        True, description="Spawn the objects; false where they are there and have their sensors"
    )
    spawn_sensors_only: bool = Field(
        False,
        description="The vehicle is there, by role name and blueprint, and lacks the sensors",
    )
    vehicle: str = Field("vehicle.tesla.model3", description="Blueprint of the vehicle")
    spawn_point: str = Field(
        "", description="x,y,z,roll,pitch,yaw (degrees) of the vehicle; empty: one of the map's"
    )
    objects: str = Field(
        "", description="File of the objects (JSON); empty: what the contract's topics need"
    )
    robot: str = Field(
        "carla",
        description="Robot contract, name or YAML file: its rate, cameras and role name are the "
        "simulator's; record and deploy say it",
    )


def check_bridge(given: BridgeArguments, share_of: Callable[[str], str]) -> None:
    """Check that the bridge can be started.

    Args:
        given: The arguments.
        share_of: ``ament_index_python.packages.get_package_share_directory``.

    Raises:
        AfilError: When a package is missing, no server answers, or versions differ.
    """
    for package in (BRIDGE, SPAWN) if given.spawn else (BRIDGE,):
        try:
            share_of(package)
        except LookupError as error:
            raise AfilError(
                f"robot:=carla starts {package}, which is not installed here: build ros-bridge in "
                f"a workspace and source it; or sim:=true for the town, or bringup:=none where "
                f"the bridge runs already"
            ) from error
    check_versions(share_of)
    check_server(given.host, given.port)


def check_server(host: str, port: int) -> None:
    """Check that something listens where the server should be.

    Raises:
        AfilError: When nothing does.
    """
    try:
        socket.create_connection((host, port), timeout=3.0).close()
    except OSError as error:
        raise AfilError(
            f"no CARLA server answers on {host}:{port} ({error}); start it (./CarlaUE4.sh "
            f"-RenderOffScreen), or say where it is: bringup:='{{host: NAME, port: NUMBER}}'"
        ) from error


def check_versions(share_of: Callable[[str], str]) -> None:
    """Check that ``carla`` is the version that the bridge insists on.

    Raises:
        AfilError: When it is missing or another one; the bridge would end without more words.
    """
    wanted = bridge_version(Path(share_of(BRIDGE)))
    if wanted is None:
        return  # The bridge says it itself, if it minds.
    try:
        found = metadata.version("carla")
    except metadata.PackageNotFoundError as error:
        raise AfilError(
            f"the Python package carla is missing, which carla_ros_bridge needs: pip install "
            f"carla=={wanted}"
        ) from error
    if found != wanted:
        raise AfilError(
            f"carla_ros_bridge is for CARLA {wanted}, and the Python package carla is {found}: "
            f"pip install carla=={wanted} with a server of that version, or build a bridge for "
            f"{found} ({_FORK})"
        )


def bridge_version(share: Path) -> str | None:
    """The CARLA version that an installed bridge insists on; None where its file is not found.

    Args:
        share: The package's share folder, ``<prefix>/share/carla_ros_bridge``.
    """
    for folder in (share, share.parents[1] / "lib"):
        for place in sorted(folder.rglob(_VERSION_FILE)):
            return place.read_text(encoding="utf-8").strip()
    return None
