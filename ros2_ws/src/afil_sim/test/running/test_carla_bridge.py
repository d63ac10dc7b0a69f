"""What keeps carla-ros-bridge from being started is a sentence each."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest

import afil_sim
from afil_core.contract import load_contract
from afil_core.errors import AfilError
from afil_sim.running.carla_bridge import (
    BRIDGE,
    SPAWN,
    BridgeArguments,
    bridge_version,
    check_bridge,
)
from afil_sim.town.camera import CAMERA_X, CAMERA_Z, FOV

OBJECTS = Path(afil_sim.__file__).parents[1] / "config" / "carla_objects.json"


@pytest.fixture
def prefix(tmp_path, monkeypatch):
    """Installs what is asked for; answers where packages are."""

    def install(packages=(BRIDGE, SPAWN), bridge="0.9.13", carla="0.9.13"):
        for name in packages:
            (tmp_path / "share" / name).mkdir(parents=True)
        if bridge:
            place = tmp_path / "lib/python3/site-packages/carla_ros_bridge/CARLA_VERSION"
            place.parent.mkdir(parents=True)
            place.write_text(f"{bridge}\n")
        if carla:
            facts = tmp_path / "python" / f"carla-{carla}.dist-info"
            facts.mkdir(parents=True)
            (facts / "METADATA").write_text(f"Name: carla\nVersion: {carla}\n")
            monkeypatch.syspath_prepend(str(facts.parent))

        def share_of(package):
            if package not in packages:
                raise LookupError(package)
            return str(tmp_path / "share" / package)

        return share_of

    return install


@pytest.fixture
def server():
    """A port on which somebody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


def given(port, **more):
    return BridgeArguments(host="127.0.0.1", port=port, **more)


def test_with_everything_there_nothing_is_said(prefix, server):
    check_bridge(given(server), prefix())


@pytest.mark.parametrize("missing", [BRIDGE, SPAWN])
def test_a_missing_package_is_named_with_the_ways_out(prefix, server, missing):
    share_of = prefix([p for p in (BRIDGE, SPAWN) if p != missing])
    with pytest.raises(
        AfilError, match=f"starts {missing}, which is not installed.*bringup:=none"
    ):
        check_bridge(given(server), share_of)


def test_who_spawns_nothing_needs_no_spawner(prefix, server):
    check_bridge(given(server, spawn=False), prefix([BRIDGE]))


def test_another_version_of_carla_is_named_before_the_bridge_dies_of_it(prefix, server):
    with pytest.raises(
        AfilError, match="is for CARLA 0.9.13, and the Python package carla is 0.9.15.*fork"
    ):
        check_bridge(given(server), prefix(carla="0.9.15"))


def test_a_missing_carla_package_is_named(prefix, server):
    with pytest.raises(AfilError, match="pip install carla==0.9.13"):
        check_bridge(given(server), prefix(carla=""))


def test_a_bridge_that_names_no_version_is_not_judged(prefix, server, tmp_path):
    check_bridge(given(server), prefix(bridge="", carla="0.9.16"))
    assert bridge_version(tmp_path / "share" / BRIDGE) is None


def test_without_a_server_the_address_is_named(prefix):
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    with pytest.raises(AfilError, match=f"no CARLA server answers on 127.0.0.1:{port}"):
        check_bridge(given(port), prefix())


def test_the_objects_are_what_the_contract_and_the_paper_say():
    contract = load_contract("carla")
    vehicle = next(
        o for o in json.loads(OBJECTS.read_text())["objects"] if o["type"].startswith("vehicle.")
    )
    sensors = {s["id"]: s for s in vehicle["sensors"]}
    camera, image = sensors["rgb_front"], contract.stream("front_image")
    assert f"/carla/{vehicle['id']}/{camera['id']}/image" == image.topic
    assert (camera["image_size_y"], camera["image_size_x"]) == image.shape[:2]
    assert (camera["fov"], camera["spawn_point"]["x"], camera["spawn_point"]["z"]) == (
        FOV, CAMERA_X, CAMERA_Z,
    )  # fmt: skip
    speed = contract.stream("speed").topic
    assert f"/carla/{vehicle['id']}/{sensors['speedometer']['id']}" == speed
    assert sensors["control"]["type"] == "actor.pseudo.control"
