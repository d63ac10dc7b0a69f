"""The town's routes: who drives them well scores high, who does not scores low."""

from __future__ import annotations

import numpy as np
import pytest

from afil_core.contract import load_contract
from afil_core.errors import AfilError
from afil_sim.scenarios import PAPER, SCENARIOS
from afil_sim.tasks.drive import Drive, DriveUnseen
from afil_sim.town.geometry import Way
from afil_sim.town.score import Kind
from afil_sim.town.traffic import Walk
from afil_sim.worlds import WORLDS

CONTRACT = load_contract("carla")
BRAKE, THROTTLE = np.array([0.0, 0.0, 1.0]), np.array([0.5, 0.0, 0.0])
# Streets without anybody to see.
BLIND = WORLDS.select("town", draws=False)


def make(kind=Drive, **options):
    return kind(kind.Config(world=BLIND, **options), "drive", CONTRACT)


def run(task, seed, act):
    """Drive an episode; the states that it went through."""
    task.reset(seed)
    states = []
    while not task.done:
        task.world.body.act(act(task))
        task.step()
        car = task.world.car
        actors = [(a.x, a.y, a.yaw) for a in task.world.traffic.actors]
        states.append((car.x, car.y, car.yaw, car.speed, *np.ravel(actors)))
    return states


def expert(task):
    return task.demonstration()


@pytest.mark.parametrize(("kind", "seeds"), [(Drive, range(10)), (DriveUnseen, (14, 17, 19))])
def test_the_expert_drives_the_routes_without_a_fault(kind, seeds):
    task = make(kind)
    for seed in seeds:
        run(task, seed, expert)
        scenario = PAPER[seed % 10]
        assert task.scenario == scenario
        assert task.referee.infractions == (), scenario
        assert task.success and task.score == 1.0
        assert task.info()["route_completion"] == 100


def test_who_never_starts_scores_nothing_and_who_never_looks_little():
    task = make(max_steps=350)
    scores = []
    for seed in range(10):
        if seed < 2:
            run(task, seed, lambda _: BRAKE)
            assert task.score < 0.02 and not task.success
        run(task, seed, lambda _: THROTTLE)
        scores.append(task.score)
    assert max(scores) < 0.75 and np.mean(scores) < 0.4


def test_an_episode_depends_on_its_seed_alone():
    options = {"scenarios": ("accident_two_ways",), "max_steps": 250}
    first, second = make(**options), make(**options)
    run(second, 3, expert)
    states = run(first, 5, expert)
    assert run(second, 5, expert) == states
    assert run(second, 6, expert) != states


def test_who_hits_somebody_is_stopped_and_it_counts_once():
    task = make(scenarios=("dynamic_object_crossing",), max_steps=300)
    task.reset(0)
    x, y, _ = task.stage.way.at(20.0)
    person = task.world.traffic.add("pedestrian", (x, y, 0.0))
    for _ in range(300):
        task.world.body.act(THROTTLE)
        task.step()
    (found,) = task.referee.infractions
    assert found.kind is Kind.COLLISION_PEDESTRIAN and found.other == f"pedestrian {person.id}"
    assert np.hypot(found.x - x, found.y - y) < 3.5 and 0 < found.time_s < 10
    assert task.referee.s < 18.5
    assert task.score == pytest.approx(0.5 * task.referee.completion / 100)
    metrics = task.metrics()
    assert metrics.pop("route_completion") == task.referee.completion
    assert metrics.pop("collision_pedestrian") == 1 and set(metrics.values()) == {0}


def test_a_pedestrian_who_walks_into_a_standing_car_costs_nothing():
    task = make(scenarios=("dynamic_object_crossing",), max_steps=100)
    task.reset(0)
    task.world.traffic.actors.clear()
    across = Way(np.array([task.stage.way.at(0.0, side)[:2] for side in (3.0, 0.0)]))
    task.world.traffic.add("pedestrian", across.at(0.0), mind=Walk(across, 1.5))
    hits = 0
    while not task.done:
        task.world.body.act(BRAKE)
        task.step()
        hits += task.world.hit is not None
    assert hits > 10 and task.referee.infractions == ()


@pytest.mark.parametrize(
    ("things", "kind"),
    [
        ([("door", 20.0, 0.8), ("car", 23.0, 1.7)], Kind.COLLISION_VEHICLE),
        ([("cone", 20.0, 0.0), ("police", 23.5, 0.0)], Kind.COLLISION_STATIC),
    ],
)
def test_what_stands_together_is_hit_once(things, kind):
    task = make(scenarios=("dynamic_object_crossing",), max_steps=200)
    task.reset(0)
    traffic = task.world.traffic
    traffic.actors.clear()
    actors = [traffic.add(what, task.stage.way.at(s, side)) for what, s, side in things]
    hits = set()
    while not task.done:
        task.world.body.act(THROTTLE)
        task.step()
        hit = task.world.hit
        hits |= {hit.other} if hit else set()
        actors[0].shown = actors[0].shown and not hit  # it falls over
    assert hits == {actor.id for actor in actors}
    assert [i.kind for i in task.referee.infractions] == [kind]


def test_who_leaves_the_lanes_or_the_route_loses_that_part_of_it():
    task = make(scenarios=("dynamic_object_crossing",))
    task.reset(0)
    car, way = task.world.car, task.stage.way
    for s in np.arange(0.0, 40.0, 0.4):
        # In the lane of the oncoming traffic for the second half.
        x, y, yaw = way.at(float(s), 3.5 if s > 20 else 0.0)
        car.x, car.y, car.yaw = x, y, yaw
        task.world._sync()
        task.referee.watch(task.world.traffic)
    (found,) = [i for i in task.referee.infractions if i.kind is Kind.OUTSIDE_ROUTE_LANES]
    assert found.percentage == pytest.approx(50, abs=2)
    for s in np.arange(40.0, 80.0, 0.4):
        car.x, car.y, car.yaw = way.at(float(s), -9.0)
        task.world._sync()
        task.referee.watch(task.world.traffic)
    (found,) = [i for i in task.referee.infractions if i.kind is Kind.OUTSIDE_ROUTE_LANES]
    assert found.percentage == pytest.approx(75, abs=2)
    car.x, car.y, car.yaw = way.at(80.0, -40.0)
    task.world._sync()
    task.referee.watch(task.world.traffic)
    assert task.over and not task.success


def test_a_stop_sign_that_is_run_counts():
    task = make(scenarios=("stop_sign_turn",), max_steps=400)
    run(task, 0, lambda t: np.array([0.6, *t.expert_action()[1:2], 0.0]))
    kinds = [i.kind for i in task.referee.infractions]
    assert Kind.STOP_SIGN in kinds


def test_a_red_light_that_is_run_counts():
    task = make(scenarios=("dynamic_object_crossing",))
    task.reset(0)
    task.stage.route = task.world.network.route(["A2", "B2", "C2"], 70.0, 30.0)
    from afil_sim.town.lights import Light
    from afil_sim.town.referee import Referee

    route, world = task.stage.route, task.world
    world.traffic.actors.clear()
    for state in (Light.GREEN, Light.YELLOW, Light.RED):
        world.lights.hold(route.stops[0].signal, state)
        referee = Referee(world.network, world.scenery, route, None)
        for s in np.arange(0.0, 60.0, 0.4):
            world.car.x, world.car.y, world.car.yaw = route.way.at(float(s))
            world._sync()
            referee.watch(world.traffic)
        kinds = [i.kind for i in referee.infractions]
        assert kinds == [Kind.RED_LIGHT] * (state is Light.RED)


def test_scenarios_are_ten_with_two_places_each():
    assert len(PAPER) == 10 and set(PAPER) == set(SCENARIOS.names())
    for name in PAPER:
        config = SCENARIOS.select(name).build().config
        assert set(config.seen.nodes[:2]) != set(config.unseen.nodes[:2]), name
        assert config.seen.weather == "day" != config.unseen.weather, name
    with pytest.raises(AfilError, match="there is no scenario 'rodeo'"):
        make(scenarios=("rodeo",))


def test_a_car_that_stands_for_half_a_minute_ends_its_episode():
    task = Drive(Drive.Config(world=WORLDS.select("town", draws=False)), "drive", CONTRACT)
    task.reset(0)
    while not task.done:
        task.step()
    assert (task.steps, task.over, task.success) == (600, True, False)
    assert task.score < 0.01
