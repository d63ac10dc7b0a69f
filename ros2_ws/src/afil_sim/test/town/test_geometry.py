"""Ways and boxes on the ground."""

from __future__ import annotations

import math

import numpy as np
import pytest

from afil_sim.town.geometry import Box, Way, overlap


@pytest.fixture(scope="module")
def corner():
    """10 m to the east, then 10 m to the north."""
    return Way(np.array([[0.0, 0.0], [10.0, 0.0], [10.0, 0.0], [10.0, 10.0]]))


def test_a_way_is_as_long_as_its_pieces_and_goes_straight_on_beyond_its_ends(corner):
    assert corner.length == 20
    assert corner.at(-2) == pytest.approx((-2, 0, 0))
    assert corner.at(15) == pytest.approx((10, 5, math.pi / 2))
    assert corner.at(23, 1.0) == pytest.approx((9, 13, math.pi / 2))


@pytest.mark.parametrize("s", [-3.0, 0.5, 9.0, 11.0, 19.0, 24.0])
@pytest.mark.parametrize("offset", [-0.4, 0.0, 0.4])
def test_what_is_beside_a_way_is_found_there(corner, s, offset):
    x, y, _ = corner.at(s, offset)
    assert corner.project(x, y) == pytest.approx((s, offset))
    assert corner.project(x, y, near=s + 5) == pytest.approx((s, offset))


def test_a_circle_turns_by_the_inverse_of_its_radius():
    angles = np.linspace(0, math.pi, 200)
    way = Way(20 * np.column_stack([np.cos(angles), np.sin(angles)]))
    assert way.curvature()[3:-3] == pytest.approx(1 / 20, rel=0.15)


@pytest.mark.parametrize(
    ("x", "y", "yaw", "touch"),
    [
        (0.0, 0.0, 0.0, True),
        (4.1, 0.0, 0.0, False),
        (3.9, 0.0, 0.0, True),
        (0.0, 2.1, 0.0, False),
        (0.0, 2.9, math.pi / 2, True),
        (3.1, 0.0, math.pi / 2, False),
        (3.5, 2.4, math.pi / 4, False),
        (2.3, 1.4, math.pi / 4, True),
    ],
)
def test_boxes_overlap_where_no_line_is_between_them(x, y, yaw, touch):
    box, other = Box(0, 0, 0, 4, 2, 1), Box(x, y, yaw, 4, 2, 1)
    assert overlap(box, other) is touch
    assert overlap(other, box) is touch


def test_corners_of_a_box_go_round_it():
    corners = Box(1, 2, math.pi / 2, 4, 2, 1).corners()
    assert corners == pytest.approx(np.array([[2, 4], [0, 4], [0, 0], [2, 0]]))
