"""Alignment: what a tick sees, when it is ready, and what is said when it cannot be."""

import tracemalloc

import numpy as np
import pytest

from afil_core.contract import load_contract
from afil_core.kinds import Observation
from afil_core.testing import changed
from afil_core.timeline import Timeline

MS = 1_000_000
START = 1_000_000 * MS
FRANKA = load_contract("franka")


def contract_with(alignment: str = "as_of", rate_hz: float = 10.0, **more):
    return changed(
        FRANKA,
        {
            "observations.front_image.rate_hz": rate_hz,
            "observations.ee_pose.alignment": alignment,
            **more,
        },
        without=("observations.joint_positions",),
    )


def pose(x: float) -> np.ndarray:
    return np.array([x, 0, 0, 0, 0, 0, 1.0])


class Feed:
    """Pushes values with stamps in milliseconds after a start."""

    def __init__(self, contract, streams=("ee_pose",), **options):
        self.contract = contract
        self.timeline = Timeline(contract, streams, **options)

    def pose(self, at, value=0.0, received=None):
        value = pose(value) if np.isscalar(value) else value
        return self.push("ee_pose", at, value, received)

    def image(self, at, received=None):
        return self.push("front_image", at, np.zeros((240, 320, 3), np.uint8), received)

    def push(self, name, at, value, received=None):
        cdr = self.contract.stream(name).encode(value, START + round(at * MS))
        return self.raw(name, cdr, at if received is None else received)

    def raw(self, name, cdr, received):
        return self.timeline.push(name, cdr, START + round(received * MS))

    def poll(self, now):
        return self.timeline.poll(START + round(now * MS))


def test_as_of_takes_the_newest_sample_that_is_not_after_the_tick():
    feed = Feed(contract_with())
    for at, x in ((80, 1.0), (100, 2.0), (120, 3.0)):
        feed.pose(at, x)
    feed.image(110, received=130)
    (tick,) = feed.poll(130)
    assert tick.problem is None
    assert tick.observations["ee_pose"][0] == 2.0
    assert tick.ages_ns["ee_pose"] == 10 * MS


def test_tick_waits_for_a_stream_that_has_not_reached_it():
    feed = Feed(contract_with(), wait_s=0.05)
    feed.pose(50, 1.0)
    feed.image(100)
    assert feed.poll(101) == []
    feed.pose(100, 2.0, received=102)
    (tick,) = feed.poll(102)
    assert tick.observations["ee_pose"][0] == 2.0


def test_tick_waits_no_longer_than_it_may():
    feed = Feed(contract_with(), wait_s=0.05)
    feed.pose(50, 1.0)
    feed.image(100)
    (tick,) = feed.poll(151)
    assert tick.observations["ee_pose"][0] == 1.0


def test_stale_stream_gives_no_observations_and_a_sentence():
    feed = Feed(contract_with())
    feed.pose(0, 1.0)
    feed.image(400)
    (tick,) = feed.poll(1000)
    assert tick.observations is None
    assert tick.problem == (
        "ee_pose (/franka_robot_state_broadcaster/current_pose) is 0.400 s old, more than 0.15 s"
    )


def test_missing_stream_gives_no_observations_and_a_sentence():
    feed = Feed(contract_with())
    feed.image(0)
    (tick,) = feed.poll(1000)
    assert tick.observations is None
    assert "ee_pose (/franka_robot_state_broadcaster/current_pose) has no sample" in tick.problem


def test_a_stream_that_is_not_wanted_is_neither_decoded_nor_missed():
    feed = Feed(contract_with(), streams=())
    feed.raw("ee_pose", b"rubbish", 0)
    feed.image(10)
    (tick,) = feed.poll(1000)
    assert list(tick.observations) == ["front_image"]


def test_hold_takes_what_had_arrived_with_the_frame_whatever_its_stamp():
    feed = Feed(contract_with("hold"))
    feed.pose(90, 1.0)
    feed.image(80, received=95)
    feed.pose(100, 2.0)
    (tick,) = feed.poll(100)
    assert tick.observations["ee_pose"][0] == 1.0


def test_interpolate_is_linear_in_position_and_spherical_in_rotation():
    feed = Feed(contract_with("interpolate"))
    feed.pose(0, 0.0)
    feed.pose(100, np.array([1.0, 0, 0, 0, 0, 1, 0]))
    feed.image(50, received=100)
    (tick,) = feed.poll(100)
    expected = [0.5, 0, 0, 0, 0, np.sqrt(0.5), np.sqrt(0.5)]
    np.testing.assert_allclose(tick.observations["ee_pose"], expected, atol=1e-12)


def test_interpolating_across_a_long_gap_is_stale():
    feed = Feed(contract_with("interpolate", **{"observations.front_image.max_age_s": 1.0}))
    feed.pose(0, 0.0)
    feed.pose(900, 1.0)
    feed.image(450, received=900)
    (tick,) = feed.poll(900)
    assert tick.observations is None
    assert "is 0.450 s old, more than 0.15 s" in tick.problem


@pytest.mark.parametrize("camera_hz", [10, 20, 25, 30, 60])
def test_frames_are_thinned_to_the_control_rate(camera_hz):
    feed = Feed(contract_with(rate_hz=camera_hz), wait_s=0.0)
    ticks = []
    for k in range(10 * camera_hz):
        at = 1000 * k / camera_hz
        feed.pose(at)
        feed.image(at)
        ticks += feed.poll(at)
    assert 99 <= len(ticks) <= 101


def test_only_what_a_tick_picks_is_decoded(monkeypatch):
    decoded = []
    real = Observation.decode
    monkeypatch.setattr(
        Observation, "decode", lambda s, cdr: decoded.append(s.name) or real(s, cdr)
    )
    feed = Feed(contract_with(rate_hz=30), wait_s=0.0)
    for k in range(60):
        for part in range(10):
            feed.pose((k + part / 10) * 100 / 3)
        feed.image((k + 1) * 100 / 3)
        feed.poll((k + 1) * 100 / 3)
    assert decoded.count("front_image") == 20
    assert decoded.count("ee_pose") == 20


def test_a_bad_message_costs_its_tick_and_no_other():
    feed = Feed(contract_with(), wait_s=0.0)
    ticks = []
    for k in range(5):
        feed.pose(100 * k, np.full(7, np.nan) if k == 2 else float(k))
        feed.image(100 * k)
        ticks += feed.poll(100 * k)
    assert [t.problem is None for t in ticks] == [True, True, False, True, True]
    assert ticks[2].problems[0].cause.endswith("is broken")


def test_bytes_that_are_no_message_cost_their_tick_and_no_other():
    feed = Feed(contract_with(), wait_s=0.0)
    ticks = []
    for k in range(4):
        feed.pose(100 * k)
        if k == 1:
            feed.raw("front_image", b"\0\1", 100 * k)
        else:
            feed.image(100 * k)
        ticks += feed.poll(100 * k)
    assert [t.problem is None for t in ticks] == [True, False, True, True]


def test_a_camera_whose_clock_is_another_one_gives_a_sentence():
    feed = Feed(contract_with(), wait_s=0.0)
    feed.pose(0)
    feed.image(0, received=10_000)
    (tick,) = feed.poll(10_000)
    assert "10.000 s away from the time of its arrival" in tick.problem


def test_a_clock_that_is_set_back_starts_afresh_and_mixes_nothing():
    feed = Feed(contract_with())
    feed.pose(10_000, 1)
    feed.image(10_000)
    assert len(feed.poll(10_000)) == 1
    feed.pose(10_050, 1)
    assert not feed.image(50)
    feed.pose(50, 2, received=51)
    (tick,) = feed.poll(60)
    assert tick.stamp_ns == START + 50 * MS
    assert tick.observations["ee_pose"][0] == 2


def test_flush_gives_the_ticks_that_still_wait():
    feed = Feed(contract_with(), wait_s=10.0)
    feed.pose(90, 1)
    feed.image(100)
    assert feed.poll(101) == []
    assert [t.stamp_ns for t in feed.timeline.flush()] == [START + 100 * MS]


def test_memory_stays_bounded_while_the_anchor_is_silent():
    side = FRANKA.to_dict()["observations"]["front_image"] | {"topic": "side"}
    contract = changed(contract_with(), {"observations.side_image": side})
    feed = Feed(contract, streams=("side_image",))

    tracemalloc.start()
    try:
        for k in range(600):
            stamp = (1000 + k // 10).to_bytes(4, "little")
            feed.raw("side_image", b"\0\1\0\0" + stamp + bytes(100_000), 100 * k)
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept < 100 * 100_000
