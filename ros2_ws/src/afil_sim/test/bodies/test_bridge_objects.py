"""The services by which carla_spawn_objects sets the vehicle up."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from afil_core.contract import load_contract
from afil_sim.bodies.bridge import EGO_ID
from afil_sim.bodies.bridge_objects import BridgeObjects


@pytest.fixture
def objects():
    return BridgeObjects(load_contract("carla"), "ego_vehicle", 60.0)


def spawn(objects, type_, id_="", attach_to=0, **attributes):
    pairs = [SimpleNamespace(key=k, value=str(v)) for k, v in attributes.items()]
    request = SimpleNamespace(type=type_, id=id_, attach_to=attach_to, attributes=pairs)
    return objects.spawn(request, SimpleNamespace(id=0, error_string=""))


def test_what_the_launch_asks_for_is_there(objects):
    assert spawn(objects, "vehicle.tesla.model3", "ego_vehicle").id == EGO_ID
    camera = spawn(objects, "sensor.camera.rgb", "rgb_front", EGO_ID,
                   image_size_x=320, image_size_y=180, fov=60.0)  # fmt: skip
    assert camera.id >= 10000 and not camera.error_string
    others = [
        spawn(objects, f"sensor.pseudo.{kind}", kind, EGO_ID) for kind in ("odom", "speedometer")
    ]
    ids = [camera.id, *(o.id for o in others)]
    assert len(set(ids)) == 3 and -1 not in ids
    gone = SimpleNamespace(success=None)
    assert objects.destroy(SimpleNamespace(id=camera.id), gone).success is True
    assert objects.destroy(SimpleNamespace(id=camera.id), gone).success is False


@pytest.mark.parametrize(
    ("type_", "id_", "attach_to", "attributes", "sentence"),
    [
        ("vehicle.tesla.model3", "hero", 0, {}, "one vehicle to drive, with the role name"),
        ("sensor.lidar.ray_cast", "lidar", EGO_ID, {}, "the town has no sensor.lidar.ray_cast"),
        ("sensor.camera.rgb", "rgb_view", EGO_ID, {}, "cameras of its contract: rgb_front"),
        ("sensor.camera.rgb", "rgb_front", 7, {}, "parent actor 7 not found"),
        ("sensor.camera.rgb", "rgb_front", EGO_ID, {"fov": "90"}, "not fov 90"),
        ("sensor.camera.rgb", "rgb_front", EGO_ID, {"image_size_x": "wide"}, "image_size_x wide"),
    ],
)
def test_what_the_town_lacks_is_refused_with_a_sentence(
    objects, type_, id_, attach_to, attributes, sentence
):
    answer = spawn(objects, type_, id_, attach_to, **attributes)
    assert answer.id == -1 and sentence in answer.error_string


def test_blueprints_are_listed_by_a_pattern(objects):
    blank = SimpleNamespace(blueprints=None)
    assert objects.blueprints(SimpleNamespace(filter="vehicle.*"), blank).blueprints == [
        "vehicle.afil.town"
    ]
    assert "sensor.camera.rgb" in objects.blueprints(SimpleNamespace(filter=""), blank).blueprints
