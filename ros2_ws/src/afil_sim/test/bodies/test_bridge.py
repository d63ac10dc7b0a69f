"""The town on carla-ros-bridge's topics, frame by frame."""

from __future__ import annotations

import math

import numpy as np
import pytest

from afil_core import messages
from afil_core import world_protocol as protocol
from afil_core.contract import load_contract
from afil_core.errors import AfilError
from afil_sim.bodies.bridge import Bridge
from afil_sim.running import demonstration
from afil_sim.running.episodes import Episodes, EpisodesConfig
from afil_sim.running.pilot import ExpertPilot
from afil_sim.tasks.drive import Drive
from afil_sim.worlds import WORLDS

CONTRACT = load_contract("carla")
EGO = "/carla/ego_vehicle"


def run(steps, seed=2):
    """Frames of an episode under the expert: topic to decoded message each; and the world."""
    world = WORLDS.select("town", draws=False)
    task = Drive(Drive.Config(world=world, max_steps=steps), "drive", CONTRACT)
    episodes = Episodes(task, CONTRACT, EpisodesConfig(first_seed=seed))
    pilot = ExpertPilot(CONTRACT)
    episodes.reset()
    frames, sent = [], []
    while len(frames) < steps:
        out = [(t, c) for t, c in episodes.poll(0.0) if t != protocol.EPISODE_TOPIC]
        types = episodes.publications
        frames.append([(t, messages.deserialize(c, types[t][0])) for t, c in out])
        for topic, cdr in out:
            if topic == demonstration.TOPIC:
                for answer in pilot.receive(cdr):
                    sent.append(messages.deserialize(answer[1], CONTRACT.interface()[0].type))
                    assert episodes.receive(*answer) is None
    return episodes, frames, sent


@pytest.fixture(scope="module")
def recorded():
    return run(30)


def test_the_status_says_what_was_applied_and_the_image_comes_last(recorded):
    _, frames, sent = recorded
    for k, frame in enumerate(frames):
        topics = [t for t, _ in frame]
        assert topics[-1] == f"{EGO}/rgb_front/image"
        control = dict(frame)[f"{EGO}/vehicle_status"].control
        if k == 0:
            assert control.brake == 1.0
            continue
        before = sent[k - 1]
        for name in ("throttle", "steer", "brake"):
            assert getattr(control, name) == getattr(before, name)
        clock = dict(frame)["clock"].clock
        assert clock == dict(frame)[f"{EGO}/vehicle_status"].header.stamp


def test_speed_and_odometry_agree_with_the_way_that_is_driven(recorded):
    _, frames, _ = recorded
    positions, speeds = [], []
    for frame in frames:
        said = dict(frame)
        pose = said[f"{EGO}/odometry"].pose.pose.position
        positions.append((pose.x, pose.y))
        speeds.append(said[f"{EGO}/speedometer"].data)
        assert said[f"{EGO}/odometry"].twist.twist.linear.x == pytest.approx(speeds[-1], abs=1e-4)
        assert said[f"{EGO}/odometry"].child_frame_id == "ego_vehicle"
    driven = np.hypot(*np.diff(positions, axis=0).T) / 0.05
    assert driven == pytest.approx(speeds[1:], abs=0.05) and speeds[-1] > 1.5


def test_camera_and_vehicle_are_described(recorded):
    _, frames, _ = recorded
    said = dict(frames[0])
    info = said[f"{EGO}/rgb_front/camera_info"]
    focal = 320 / (2 * math.tan(math.radians(30)))
    assert (info.width, info.height, info.distortion_model) == (320, 180, "plumb_bob")
    assert info.k.tolist() == pytest.approx([focal, 0, 160, 0, focal, 90, 0, 0, 1])
    wheels = said[f"{EGO}/vehicle_info"].wheels
    assert [round(w.max_steer_angle, 2) for w in wheels] == [0.61, 0.61, 0, 0]
    objects = said[f"{EGO}/objects"].objects
    assert objects and {4, 6, 7} >= {o.classification for o in objects}


def test_a_contract_without_a_status_is_refused():
    with pytest.raises(AfilError, match="demonstrates no command of kind vehicle_status"):
        Bridge(load_contract("franka"), 60.0)
