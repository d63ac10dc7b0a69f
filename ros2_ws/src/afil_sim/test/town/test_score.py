"""The Driving Score's arithmetic, on infractions made by hand."""

from __future__ import annotations

import pytest

from afil_sim.town.score import Infraction, Kind, counts, driving_score

K = Kind


@pytest.mark.parametrize(
    ("completion", "kinds", "score"),
    [
        (100, [], 100),
        (42.5, [], 42.5),
        (100, [K.COLLISION_PEDESTRIAN], 50),
        (100, [K.COLLISION_VEHICLE], 60),
        (100, [K.COLLISION_STATIC], 65),
        (100, [K.RED_LIGHT], 70),
        (100, [K.STOP_SIGN], 80),
        (100, [K.SCENARIO_TIMEOUT], 70),
        (100, [K.YIELD_TO_EMERGENCY], 70),
        (100, [K.COLLISION_VEHICLE, K.COLLISION_VEHICLE], 36),
        (80, [K.COLLISION_PEDESTRIAN, K.RED_LIGHT, K.STOP_SIGN], 80 * 0.5 * 0.7 * 0.8),
        (0, [K.COLLISION_STATIC], 0),
    ],
)
def test_penalties_are_the_leaderboards_and_multiply(completion, kinds, score):
    assert driving_score(completion, [Infraction(k) for k in kinds]) == pytest.approx(score)


@pytest.mark.parametrize(
    ("kind", "percentage", "score"),
    [
        # What is driven outside of the lanes does not count.
        (K.OUTSIDE_ROUTE_LANES, 0, 100),
        (K.OUTSIDE_ROUTE_LANES, 25, 75),
        (K.OUTSIDE_ROUTE_LANES, 100, 0),
        # As fast as the others is no fault; to stand among them leaves 0.7.
        (K.MIN_SPEED, 100, 100),
        (K.MIN_SPEED, 50, 85),
        (K.MIN_SPEED, 0, 70),
    ],
)
def test_shares_are_penalized_by_how_much(kind, percentage, score):
    assert driving_score(100, [Infraction(kind, percentage)]) == pytest.approx(score)


def test_every_kind_has_a_penalty_and_is_counted():
    found = [Infraction(kind, 50) for kind in Kind] + [Infraction(K.RED_LIGHT)]
    assert 0 < driving_score(100, found) < 5
    assert counts(found)["red_light"] == 2
    assert set(counts(found)) == {kind.value for kind in Kind}
