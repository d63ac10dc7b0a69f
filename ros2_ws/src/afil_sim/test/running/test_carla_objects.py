"""What is spawned in CARLA sends what the contract says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import afil_sim
from afil_core.contract import Contract, load_contract
from afil_core.errors import AfilError
from afil_core.testing import changed
from afil_sim.running.carla_objects import made_objects, require_tick, role_name

SHIPPED = json.loads(
    (Path(afil_sim.__file__).parents[1] / "config" / "carla_objects.json").read_text()
)
CARLA = load_contract("carla")
IMAGE = "observations.front_image"


def ego(contract: Contract, **more):
    made = made_objects(contract, SHIPPED, vehicle="vehicle.tesla.model3", **more)
    return next(o for o in made["objects"] if o["type"].startswith("vehicle."))


def camera(contract: Contract):
    return next(s for s in ego(contract)["sensors"] if s["type"] == "sensor.camera.rgb")


def with_role(role: str, tmp_path: Path) -> Contract:
    place = tmp_path / "hero.yaml"
    place.write_text(CARLA.to_yaml().replace("ego_vehicle", role))
    return load_contract(str(place))


def test_of_the_shipped_contract_the_shipped_objects_are_spawned():
    assert made_objects(CARLA, SHIPPED, vehicle="vehicle.tesla.model3") == SHIPPED


def test_the_camera_has_the_size_of_the_contracts_image():
    found = camera(changed(CARLA, {f"{IMAGE}.size": [600, 800]}))
    assert (found["image_size_x"], found["image_size_y"]) == (800, 600)
    assert found["fov"] == camera(CARLA)["fov"]


def test_the_vehicle_has_the_role_name_of_the_contracts_topics(tmp_path):
    hero = with_role("hero", tmp_path)
    assert role_name(hero) == ego(hero)["id"] == "hero"
    made = made_objects(hero, SHIPPED, vehicle="vehicle.lincoln.mkz_2020")
    assert [o["type"] for o in made["objects"] if o["id"] == "hero"] == [
        "vehicle.lincoln.mkz_2020"
    ]


def test_where_it_is_spawned_can_be_said():
    place = ego(CARLA, spawn_point="1,2,0.5,0,0,90")["spawn_point"]
    assert place == {"x": 1.0, "y": 2.0, "z": 0.5, "roll": 0.0, "pitch": 0.0, "yaw": 90.0}
    for wrong in ("1,2,3", "1,2,3,a,b,c"):
        with pytest.raises(AfilError, match="is not x,y,z,roll,pitch,yaw, six numbers"):
            ego(CARLA, spawn_point=wrong)


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("topic", "/carla/ego_vehicle/rgb_left/image", "rgb_left/image"),
        ("encoding", "rgb8", r"\(rgb8\)"),
    ],
)
def test_a_camera_that_nobody_spawns_is_named_with_the_way_out(key, value, words):
    with pytest.raises(AfilError, match=rf"{words}.*objects: FILE.json"):
        ego(changed(CARLA, {f"{IMAGE}.{key}": value}))


def test_topics_that_are_not_of_one_vehicle_are_refused():
    for topic in ("/carla/other/speedometer", "/speed"):
        with pytest.raises(AfilError, match="one role name"):
            ego(changed(CARLA, {"observations.speed.topic": topic}))


def test_the_tick_is_the_contracts_and_must_be_one_of_carlas():
    assert require_tick(CARLA, waits=True) == 0.05
    slow = {"control_rate_hz": 10.0, f"{IMAGE}.rate_hz": 10.0}
    with pytest.raises(AfilError, match="makes steps of less than 0.1 s; write a rate above 10"):
        require_tick(changed(CARLA, slow), waits=True)


def test_a_camera_of_another_rate_than_the_controls_is_refused_where_frames_wait():
    other = changed(CARLA, {"control_rate_hz": 40.0})
    with pytest.raises(AfilError, match="rate_hz: 20 and control_rate_hz: 40, and each frame"):
        require_tick(other, waits=True)
    assert require_tick(other, waits=False) == 0.025
