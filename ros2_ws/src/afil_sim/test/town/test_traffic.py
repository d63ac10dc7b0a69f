"""Lights, and those who obey them."""

from __future__ import annotations

import numpy as np
import pytest

from afil_sim.town.geometry import Way
from afil_sim.town.lights import Light, Lights
from afil_sim.town.network import Stop, load_network
from afil_sim.town.traffic import Actor, Drive, Traffic, Walk

STREET = Way(np.array([[0.0, 0.0], [200.0, 0.0]]))


@pytest.fixture
def lights():
    return Lights(load_network().map)


@pytest.fixture
def traffic(lights):
    return Traffic(Actor(-50.0, 50.0, 0.0, 4.5, 1.9, 1.5), lights)


def drive(traffic, s, cruise, **more):
    return traffic.add("car", STREET.at(s), mind=Drive(STREET, s, cruise, **more), speed=cruise)


def test_crossing_streets_are_never_green_at_once(lights):
    map_ = load_network().map
    for junction in map_.junctions.values():
        groups = [map_.controllers[c] for c in junction.controllers]
        for time_s in np.arange(0, 30, 0.25):
            states = [{lights.state(s, time_s) for s in group} for group in groups]
            assert all(len(state) == 1 for state in states)
            assert sum(state != {Light.RED} for state in states) <= 1
    assert {lights.state(s, 4.0) for s in lights.signals} == {Light.RED, Light.GREEN}


def test_a_light_is_what_it_is_held_at_until_the_next_episode(lights):
    signal = lights.signals[0]
    lights.hold(signal, Light.YELLOW)
    assert lights.state(signal, 1.0) is Light.YELLOW
    lights.reset(0.0)
    assert lights.state(signal, 1.0) is not Light.YELLOW


def test_a_car_follows_a_slower_one_without_touching_it(traffic):
    first, second = drive(traffic, 60.0, 3.0), drive(traffic, 20.0, 8.0)
    closest = 1e9
    for _ in range(400):
        traffic.step(0.05)
        closest = min(closest, first.x - second.x - first.length)
    assert closest > 2.0
    assert second.speed == pytest.approx(3.0, abs=0.2)


def test_a_car_stops_at_a_red_light_and_goes_when_it_is_green(traffic, lights):
    signal = lights.signals[0]
    car = drive(traffic, 20.0, 8.0, stops=(Stop(80.0, signal),))
    lights.hold(signal, Light.RED)
    for _ in range(400):
        traffic.step(0.05)
    assert car.speed < 0.1 and 72 < car.x + 0.5 * car.length < 80.2
    lights.hold(signal, Light.GREEN)
    for _ in range(100):
        traffic.step(0.05)
    assert car.x > 95


def test_a_car_waits_for_its_trigger_and_is_gone_at_its_end(traffic):
    car = drive(traffic, 0.0, 8.0, when=lambda t: t.ego_s > 10, delay_s=1.0)
    for _ in range(40):
        traffic.step(0.05)
    assert car.x == 0 and car.forecast(3.0)[0] == 0
    traffic.ego_s = 11
    for _ in range(30):
        traffic.step(0.05)
    assert car.x > 0 and car.forecast(1.0)[0] > car.x + 2
    for _ in range(700):
        traffic.step(0.05)
    assert not car.shown and traffic.visible == []


def test_a_pedestrian_walks_to_the_end_and_stands(traffic):
    way = Way(np.array([[0.0, 0.0], [0.0, 6.0]]))
    person = traffic.add("pedestrian", way.at(0.0), mind=Walk(way, 1.5))
    traffic.step(1.0)
    assert (person.y, person.speed) == (1.5, 1.5)
    assert person.forecast(2.0)[1] == pytest.approx(4.5)
    for _ in range(10):
        traffic.step(1.0)
    assert (person.y, person.speed) == (6.0, 0.0)
