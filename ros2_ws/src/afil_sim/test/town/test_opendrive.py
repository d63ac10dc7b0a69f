"""OpenDRIVE is read as it is written."""

from __future__ import annotations

import math

import numpy as np
import pytest

from afil_core.errors import AfilError
from afil_sim.town.network import Network, load_network
from afil_sim.town.opendrive import Geometry, read_opendrive

ROAD = """<OpenDRIVE><road id="7" name="{name}" length="20" junction="-1">
<planView><geometry s="0" x="1" y="2" hdg="0" length="20">{shape}</geometry></planView>
<lanes><laneOffset s="0" a="0.5" b="0" c="0" d="0"/>
<laneSection s="0">
<left><lane id="1" type="driving"><width sOffset="0" a="3" b="0" c="0" d="0"/></lane></left>
<center><lane id="0" type="none"/></center>
<right><lane id="-1" type="driving"><width sOffset="0" a="3" b="0" c="0" d="0"/>
<width sOffset="10" a="3" b="0.1" c="0" d="0"/></lane>
<lane id="-2" type="sidewalk"><width sOffset="0" a="2" b="0" c="0" d="0"/></lane></right>
</laneSection></lanes></road></OpenDRIVE>"""


def test_lanes_lie_beside_the_reference_line_and_go_the_way_of_their_traffic():
    network = Network(read_opendrive(ROAD.format(name="x", shape="<line/>")))
    right, left = network.lines["7", 0, -1], network.lines["7", 0, 1]
    assert right[0] == pytest.approx((1, 1.0))
    assert right[-1] == pytest.approx((21, 0.5))
    assert left[0] == pytest.approx((21, 4)) and left[-1] == pytest.approx((1, 4))
    assert network.widths["7", 0, -1] == pytest.approx(4)


@pytest.mark.parametrize(
    ("shape", "curvature"),
    [
        ("<line/>", lambda s: 0 * s),
        ('<arc curvature="0.05"/>', lambda s: 0 * s + 0.05),
        ('<spiral curvStart="-0.02" curvEnd="0.08"/>', lambda s: -0.02 + 0.1 * s / 20),
    ],
)
def test_a_geometry_turns_as_it_says(shape, curvature):
    (road,) = read_opendrive(ROAD.format(name="x", shape=shape)).roads.values()
    steps = np.linspace(0, 20, 20001)
    heading = np.concatenate([[0], np.cumsum(curvature(steps[:-1] + 0.0005) * 0.001)])
    x = 1 + np.trapezoid(np.cos(heading), steps)
    y = 2 + np.trapezoid(np.sin(heading), steps)
    assert road.at(20.0) == pytest.approx((x, y, heading[-1]), abs=2e-3)


def test_a_cubic_goes_through_its_points():
    cubic = ((0.0, 20.0, 0.0, 0.0), (0.0, 0.0, 15.0, -10.0))
    piece = Geometry(0.0, 0.0, 0.0, math.pi / 2, 20.6, (0.0, 0.0), cubic)
    assert piece.at(20.6) == pytest.approx((-5, 20, math.pi / 2))
    assert piece.at(10.3)[:2] == pytest.approx((-2.5, 10))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("<OpenDRIVE>", "my.xodr is no OpenDRIVE map that can be read"),
        ("<OpenDRIVE/>", "my.xodr has no road"),
        (ROAD.format(name="x", shape="<poly3/>"), "geometry <poly3> is not known"),
        (ROAD.format(name="x", shape="<line/>").replace('id="7" ', ""), "'id'"),
    ],
)
def test_what_is_no_map_is_refused_in_a_sentence(text, sentence):
    with pytest.raises(AfilError, match=sentence):
        read_opendrive(text, "my.xodr")


@pytest.fixture(scope="module")
def town():
    return load_network()


def test_every_lane_of_the_town_goes_on_where_it_ends(town):
    for lane, after in town.successors.items():
        assert after, f"lane {lane} ends in nothing"
        for other in after:
            gap = np.hypot(*(town.lines[other][0] - town.lines[lane][-1]))
            assert gap < 0.05, f"{lane} and {other} are {gap:.2f} m apart"


def test_a_route_leads_through_the_junctions_that_it_names(town):
    route = town.route(["A1", "B1", "B2"], 20.0, 30.0)
    assert np.hypot(*np.diff(route.way.points, axis=0).T).max() < 1.6
    begin, end = next(route.junctions(town))
    assert route.way.length == pytest.approx(end + 30, abs=0.2)
    assert route.way.at(begin)[2] == pytest.approx(0, abs=0.05)
    assert route.way.at(end + 3)[2] == pytest.approx(math.pi / 2, abs=0.05)
    # The light at B2 is beyond the end; the street from B2 has a stop sign at B1.
    assert route.stops == ()
    stops = town.route(["B2", "B1", "A1"], 0.0, 30.0).stops
    assert [(round(s.s), s.signal) for s in stops] == [(111, "")]


def test_a_route_that_there_is_not_is_refused(town):
    with pytest.raises(AfilError, match="no street A1-C1; it has A1-A2"):
        town.route(["A1", "C1"], 0, 10)


def test_a_map_that_there_is_not_is_refused():
    with pytest.raises(AfilError, match="no map 'mars' of the town; there is town"):
        load_network("mars")


def test_a_car_against_the_traffic_is_found_out(town):
    x, y, heading = town.route(["A4", "B4"], 0.0, 100.0).way.at(40.0)
    assert town.lane_error(x, y, heading) == (pytest.approx(0, abs=0.8), False)
    assert town.lane_error(x, y, heading + math.pi)[1]
    assert town.lane_error(x, y - 8.0, heading)[0] > 7
