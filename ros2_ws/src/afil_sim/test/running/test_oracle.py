"""Saliency from the state of the world: key objects of an episode that is driven again."""

from __future__ import annotations

import numpy as np
import pytest

from afil_core.contract import load_contract
from afil_core.errors import AfilError
from afil_core.saliency import KeyObject
from afil_sim.running.oracle import saliency_map
from afil_sim.tasks import make_task
from afil_sim.tasks.drive import Drive
from afil_sim.town.relevance import key_objects
from afil_sim.worlds import WORLDS

CONTRACT = load_contract("carla")


def test_a_map_is_bright_on_its_objects_and_dark_elsewhere():
    found = saliency_map([KeyObject(1, "car", 1.0, (100, 60, 140, 80))], (180, 320))
    assert found.shape == (90, 160) and found.dtype == np.uint8
    assert found[35, 60] >= 250 and found[80, 150] == 0
    assert saliency_map([], (180, 320)).max() == 0


def test_who_crosses_ahead_matters_and_who_walks_behind_does_not():
    config = Drive.Config(
        world=WORLDS.select("town", draws=False), scenarios=("pedestrian_crossing",)
    )
    task = Drive(config, "drive", CONTRACT)
    task.reset(3)
    seen = set()
    while not task.done:
        task.world.body.act(task.expert_action())
        task.step()
        found = task.key_objects((180, 320))
        seen |= {o.phrase for o in found}
        assert all(0 <= o.box[0] < o.box[2] <= 320 and 0 <= o.box[1] < o.box[3] <= 180
                   for o in found)  # fmt: skip
        assert len({o.id for o in found}) == len(found)
    assert "pedestrian" in seen


@pytest.mark.parametrize(
    ("scenario", "phrases"),
    [("stop_sign_turn", {"stop sign"}), ("hazard_at_side_lane", {"red light", "green light"})],
)
def test_lights_and_signs_of_the_route_matter(scenario, phrases):
    world = WORLDS.select("town", draws=False)
    task = Drive(Drive.Config(world=world, scenarios=(scenario,)), "drive", CONTRACT)
    task.reset(0)
    route, traffic = task.stage.route, task.world.traffic
    s = route.stops[0].s - 15
    ego = traffic.ego
    ego.x, ego.y, ego.yaw = route.way.at(s)
    found = {o.phrase: o for o in key_objects(task.world.network, route, traffic, s, (180, 320))}
    near = phrases & set(found)
    assert len(near) == 1
    x0, y0, x1, _ = found[near.pop()].box
    # At the roadside, above the horizon or at it, and not large.
    assert x0 > 160 and y0 < 95 and 0 < x1 - x0 < 40


def test_a_world_that_does_not_know_says_so():
    task = make_task("franka")
    with pytest.raises(AfilError, match="does not know what matters"):
        task.key_objects((96, 128))
