"""The town's pictures, and what they are to show."""

from __future__ import annotations

import hashlib
import subprocess
import sys

import numpy as np
import pytest

from afil_core.contract import load_contract
from afil_sim.tasks import make_task
from afil_sim.tasks.drive import Drive, DriveUnseen
from afil_sim.town.camera import seen_boxes
from afil_sim.town.lights import Light

CONTRACT = load_contract("carla")
SIZE = (90, 160)


def make(scenario, kind=Drive, **options):
    return kind(kind.Config(scenarios=(scenario,), **options), "drive", CONTRACT)


@pytest.fixture(scope="module")
def task():
    """A van, and somebody who comes from behind it."""
    task = make("dynamic_object_crossing")
    yield task
    task.close()


def drive_to(task, time_s):
    task.reset(0)
    while task.world.traffic.time_s < time_s:
        task.world.body.act(task.expert_action())
        # Without a picture.
        task.world.advance()
        task.judge()


def test_masks_lie_in_the_boxes_of_what_is_seen(task):
    drive_to(task, 9.2)
    traffic, world = task.world.traffic, task.world
    masks = world.painter.masks(traffic, world.weather, SIZE)
    seen = {s.id: s for s in seen_boxes(traffic, SIZE)}
    (person,) = [s for s in seen.values() if s.role == "key"]
    rows, columns = np.nonzero(masks == person.id)
    assert len(rows) > 20, "who crosses is not seen"
    x0, y0, x1, y1 = person.box
    assert x0 - 1 <= columns.min() and columns.max() <= x1 + 1
    assert y0 - 1 <= rows.min() and rows.max() <= y1 + 1
    # The mask fills its box in height.
    assert rows.max() - rows.min() > 0.8 * (y1 - y0)
    assert set(np.unique(masks)) - {0} <= set(seen)


def test_a_picture_is_that_of_now(task):
    drive_to(task, 3.0)
    world = task.world
    first = world.painter.paint(world.traffic, "day", 0, SIZE)
    again = world.painter.paint(world.traffic, "day", 0, SIZE)
    assert np.array_equal(first, again)
    world.traffic.ego.yaw += 0.3
    assert not np.array_equal(first, world.painter.paint(world.traffic, "day", 0, SIZE))
    world.traffic.ego.yaw -= 0.3
    assert np.array_equal(first, world.painter.paint(world.traffic, "day", 0, SIZE))
    night = world.painter.paint(world.traffic, "night", 0, SIZE)
    rain = world.painter.paint(world.traffic, "rain", 0, SIZE)
    assert night.mean() < 0.6 * first.mean() and not np.array_equal(rain, first)
    assert np.array_equal(first, world.painter.paint(world.traffic, "day", 0, SIZE))


def test_lights_show_what_they_are(task):
    task.reset(0)
    world = task.world
    route = world.network.route(["A2", "B2", "C2"], 0.0, 30.0)
    ego, (stop,) = world.traffic.ego, route.stops
    ego.x, ego.y, ego.yaw = route.way.at(stop.s - 9)
    world.traffic.actors.clear()
    pictures = {}
    for state in Light:
        world.lights.hold(stop.signal, state)
        picture = world.painter.paint(world.traffic, "day", 0, (180, 320)).astype(int)
        pictures[state] = picture
    red, green = pictures[Light.RED], pictures[Light.GREEN]
    changed = np.abs(red - green).sum(axis=-1) > 100
    assert 4 < changed.sum() < 400
    assert (red - green)[changed, 0].max() > 100 and (green - red)[changed, 1].max() > 100


def digest(task, steps, seed=7):
    """Hash of all images and labels of some steps under the expert."""
    found = hashlib.sha256()
    observations = task.reset(seed)
    for _ in range(steps):
        found.update(observations["front_image"].tobytes() + task.expert_action().tobytes())
        task.world.body.act(task.demonstration())
        observations = task.step()
    return found.hexdigest()


def test_an_episode_has_the_same_bytes_in_another_process():
    task = make("crossing_bicycle_flow", DriveUnseen, cue="intact")
    here = digest(task, 8)
    task.close()
    code = (
        "from test_painter import *\n"
        "print(digest(make('crossing_bicycle_flow', DriveUnseen, cue='intact'), 8))"
    )
    there = subprocess.run(
        [sys.executable, "-c", code],
        cwd=__file__.rpartition("/")[0],
        capture_output=True,
        text=True,
    )
    assert there.stdout.split() == [here], there.stderr


def test_towns_of_a_process_are_drawn_alike():
    found = set()
    for _ in range(3):
        task = make_task("carla")
        # In one pixel of the third frame two faces have the same depth.
        found.add(digest(task, 4, seed=2))
        # Another one moves what comes next in memory.
        digest(task, 4, seed=4)
        task.close()
    assert len(found) == 1
