"""Every topic and service of the town against a table of carla-ros-bridge's.

The table says what the bridge does: name, type, durability, coordinate frame, and when a message
comes: in every ``frame``, ``once`` (latched), on ``change``, or at an ``event``. Reliable, the
last 10, unless it says otherwise.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from afil_core import messages
from afil_core import world_protocol as protocol
from afil_core.contract import load_contract
from afil_sim.running import demonstration
from afil_sim.running.episodes import Episodes, EpisodesConfig
from afil_sim.running.pilot import ExpertPilot
from afil_sim.tasks.drive import Drive
from afil_sim.worlds import WORLDS

CONTRACT = load_contract("carla")
EGO = "/carla/ego_vehicle"
V, TL = "volatile", "transient_local"
PUBLISHED = [
    (f"{EGO}/rgb_front/image", "sensor_msgs/msg/Image", V, "ego_vehicle/rgb_front", "frame"),
    (f"{EGO}/rgb_front/camera_info", "sensor_msgs/msg/CameraInfo", V, "ego_vehicle/rgb_front",
     "frame"),
    (f"{EGO}/speedometer", "std_msgs/msg/Float32", V, None, "frame"),
    (f"{EGO}/vehicle_status", "carla_msgs/msg/CarlaEgoVehicleStatus", V, "map", "frame"),
    (f"{EGO}/odometry", "nav_msgs/msg/Odometry", V, "map", "frame"),
    (f"{EGO}/objects", "derived_object_msgs/msg/ObjectArray", V, "map", "frame"),
    (f"{EGO}/vehicle_info", "carla_msgs/msg/CarlaEgoVehicleInfo", TL, None, "once"),
    (f"{EGO}/collision", "carla_msgs/msg/CarlaCollisionEvent", V, "ego_vehicle/collision",
     "event"),
    (f"{EGO}/lane_invasion", "carla_msgs/msg/CarlaLaneInvasionEvent", V,
     "ego_vehicle/lane_invasion", "event"),
    ("/carla/status", "carla_msgs/msg/CarlaStatus", V, None, "frame"),
    ("/carla/actor_list", "carla_msgs/msg/CarlaActorList", V, None, "frame"),
    ("/carla/world_info", "carla_msgs/msg/CarlaWorldInfo", TL, None, "once"),
    ("/carla/map", "std_msgs/msg/String", TL, None, "once"),
    ("/carla/traffic_lights/info", "carla_msgs/msg/CarlaTrafficLightInfoList", TL, None, "once"),
    ("/carla/traffic_lights/status", "carla_msgs/msg/CarlaTrafficLightStatusList", TL, None,
     "change"),
    ("clock", "rosgraph_msgs/msg/Clock", V, None, "frame"),
]  # fmt: skip
HEARD = [
    (f"{EGO}/vehicle_control_cmd", "carla_msgs/msg/CarlaEgoVehicleControl", V, 10),
    (f"{EGO}/vehicle_control_cmd_manual", "carla_msgs/msg/CarlaEgoVehicleControl", V, 10),
    (f"{EGO}/vehicle_control_manual_override", "std_msgs/msg/Bool", TL, 1),
    (f"{EGO}/enable_autopilot", "std_msgs/msg/Bool", V, 10),
    (f"{EGO}/control/set_transform", "geometry_msgs/msg/Pose", V, 10),
    (f"{EGO}/control/set_target_velocity", "geometry_msgs/msg/Twist", V, 10),
]
SERVICES = {
    "/carla/spawn_object": "carla_msgs/srv/SpawnObject",
    "/carla/destroy_object": "carla_msgs/srv/DestroyObject",
    "/carla/get_blueprints": "carla_msgs/srv/GetBlueprints",
}
# AFIL's own, which the bridge lacks.
OWN = {protocol.EPISODE_TOPIC, demonstration.TOPIC}
STEPS = 240
# A cone stands before the car for these frames; from the last one on the car turns left.
CONE = range(60, 70)
TURN = 210
LEFT = np.array([0.6, -0.4, 0.0])


@pytest.fixture(scope="module")
def recorded():
    """An episode: episodes, frames of (topic, decoded message).

    The expert drives until it is made to hit a cone, and to leave its lane in the end.
    """
    world = WORLDS.select("town", draws=False)
    config = Drive.Config(world=world, scenarios=("dynamic_object_crossing",), max_steps=STEPS)
    task = Drive(config, "drive", CONTRACT)
    episodes = Episodes(task, CONTRACT, EpisodesConfig(first_seed=1))
    pilot, frames = ExpertPilot(CONTRACT), []
    episodes.reset()
    types = episodes.publications
    cone = None
    while not episodes.status.done:
        if len(frames) == CONE.start:
            x, y, yaw = task.world.car.x, task.world.car.y, task.world.car.yaw
            place = x + 2.6 * np.cos(yaw), y + 2.6 * np.sin(yaw), yaw
            cone = task.world.traffic.add("cone", place)
        elif len(frames) == CONE.stop:
            cone.shown = False
        out = [(t, c) for t, c in episodes.poll(0.0) if t != protocol.EPISODE_TOPIC]
        # An image says nothing after the first; decoding it is what takes the time.
        heard = [(t, c) for t, c in out if len(frames) < 3 or not t.endswith("/image")]
        frames.append([(t, messages.deserialize(c, types[t][0])) for t, c in heard])
        for topic, cdr in out:
            if topic == demonstration.TOPIC:
                for command, answer in pilot.receive(cdr):
                    now_ns = messages.stamp_to_ns(dict(frames[-1])["clock"].clock)
                    left = CONTRACT.interface()[0].encode(LEFT, now_ns)
                    control = answer if len(frames) < TURN else left
                    assert episodes.receive(command, control) is None
    return episodes, frames


def test_there_is_no_topic_or_service_that_the_table_lacks(recorded):
    episodes, _ = recorded
    assert set(episodes.publications) - OWN == {row[0] for row in PUBLISHED}
    heard = {c.topic: (c.type, c.qos) for c in episodes.subscriptions} | dict(episodes.inputs)
    assert {t: (y, q.durability, q.depth, q.reliability) for t, (y, q) in heard.items()} == {
        topic: (type_, durability, depth, "reliable") for topic, type_, durability, depth in HEARD
    }
    services = episodes.services
    assert {name: type_ for name, (type_, _) in services.items()} == SERVICES


@pytest.mark.parametrize(("topic", "type_", "durability", "frame", "when"), PUBLISHED)
def test_a_topic_is_the_bridges(recorded, topic, type_, durability, frame, when):
    episodes, frames = recorded
    offered, qos = episodes.publications[topic]
    assert (offered, qos.durability, qos.reliability, qos.depth) == (
        type_, durability, "reliable", 10,
    )  # fmt: skip
    found = [[m for t, m in f if t == topic] for f in frames]
    assert all(len(m) <= 1 for m in found), "at most one in a frame"
    counts = [len(m) for m in found]
    if when == "frame":
        looked = counts[:3] if topic.endswith("/image") else counts
        assert set(looked) == {1}
    elif when == "once":
        assert counts[0] == 1 and sum(counts) == 1
    elif when == "change":
        said = [m[0] for m in found if m]
        assert counts[0] == 1 and 2 <= len(said) < len(frames)
        assert all(str(a) != str(b) for a, b in pairwise(said))
    else:
        assert 1 <= sum(counts) < len(frames)
    if frame is not None:
        stamps = [messages.stamp_to_ns(m[0].header.stamp) for m in found if m]
        assert {m[0].header.frame_id for m in found if m} == {frame}
        clocks = [messages.stamp_to_ns(dict(f)["clock"].clock) for f in frames]
        assert stamps == [c for c, m in zip(clocks, found, strict=True) if m]
        if when == "frame":
            assert set(np.diff(stamps).tolist()) == {50_000_000}, "20 Hz"


def test_a_frame_is_counted_then_timed_then_has_numbers_then_images(recorded):
    _, frames = recorded
    for frame in frames[:3]:
        topics = [t for t, _ in frame]
        assert topics[-1] == f"{EGO}/rgb_front/image"
        assert topics[:2] == ["/carla/status", "clock"]
        image = frame[-1][1]
        assert (image.encoding, image.width, image.height, image.step) == (
            "bgra8", 320, 180, 4 * 320,
        )  # fmt: skip
        assert image.data.reshape(180, 320, 4)[..., 3].min() == 255


def test_a_collision_tells_whom_it_hit_and_the_impulse_that_stopped_the_car(recorded):
    _, frames = recorded
    first = next(i for i, f in enumerate(frames) if f"{EGO}/collision" in dict(f))
    assert first in CONE
    hit = dict(frames[first])[f"{EGO}/collision"]
    actors = {a.id: a.type for a in dict(frames[first])["/carla/actor_list"].actors}
    assert actors[hit.other_actor_id] == "static.prop.cone"
    before = dict(frames[first - 1])[f"{EGO}/speedometer"].data
    impulse = np.hypot(hit.normal_impulse.x, hit.normal_impulse.y)
    assert before > 2.0 and impulse == pytest.approx(1500.0 * before, rel=0.1)
    assert dict(frames[first])[f"{EGO}/speedometer"].data == 0.0


def test_status_counts_frames_and_says_that_it_waits(recorded):
    _, frames = recorded
    said = [dict(f)["/carla/status"] for f in frames]
    assert set(np.diff([s.frame for s in said]).tolist()) == {1}
    assert {(round(s.fixed_delta_seconds, 6), s.synchronous_mode) for s in said} == {(0.05, True)}


def test_the_map_is_opendrive_and_actors_and_lights_have_numbers(recorded):
    _, frames = recorded
    first = dict(frames[0])
    assert first["/carla/map"].data == first["/carla/world_info"].opendrive
    assert first["/carla/map"].data.lstrip().startswith("<?xml")
    assert "<OpenDRIVE" in first["/carla/map"].data
    actors = {a.id: a for a in first["/carla/actor_list"].actors}
    ego = [a.id for a in actors.values() if a.rolename == "ego_vehicle"]
    assert ego == [first[f"{EGO}/vehicle_info"].id] and 0 not in actors
    objects = {o.id for o in first[f"{EGO}/objects"].objects}
    assert objects and objects < set(actors)
    lights = {light.id for light in first["/carla/traffic_lights/info"].traffic_lights}
    states = first["/carla/traffic_lights/status"].traffic_lights
    assert lights == {s.id for s in states} and {s.state for s in states} <= {0, 1, 2}
    assert {actors[i].type for i in lights} == {"traffic.traffic_light"}


def test_lane_marks_are_told_when_a_car_goes_round_an_obstacle():
    world = WORLDS.select("town", draws=False)
    config = Drive.Config(world=world, scenarios=("accident_two_ways",))
    task = Drive(config, "drive", CONTRACT)
    task.reset(1)
    crossed = []
    while not task.done:
        task.world.body.act(task.expert_action())
        task.step()
        for topic, cdr in task.world.messages(0):
            if topic.endswith("/lane_invasion"):
                type_ = "carla_msgs/msg/CarlaLaneInvasionEvent"
                crossed += messages.deserialize(cdr, type_).crossed_lane_markings.tolist()
    # Over the middle and back, each with both sides.
    assert 2 <= len(crossed) <= 8 and set(crossed) == {2}
