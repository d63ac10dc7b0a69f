"""Alignment: what a tick sees, when it is ready, and what is said when it cannot be."""

import weakref
from dataclasses import replace

import numpy as np
import pytest

from afil_core.contract import load_contract
from afil_core.timeline import Timeline

MS = 1_000_000
FRANKA = load_contract("franka")


def contract_with(alignment: str = "as_of", rate_hz: float = 10.0):
    image = replace(FRANKA.stream("front_image"), rate_hz=rate_hz)
    pose = replace(FRANKA.stream("ee_pose"), alignment=alignment)
    return replace(FRANKA, observations=(image, pose))


def image() -> np.ndarray:
    return np.zeros((240, 320, 3), np.uint8)


def pose(x: float) -> np.ndarray:
    return np.array([x, 0, 0, 0, 0, 0, 1.0])


def test_as_of_takes_the_newest_sample_that_is_not_after_the_tick():
    timeline = Timeline(contract_with())
    for stamp, x in ((80 * MS, 1.0), (100 * MS, 2.0), (120 * MS, 3.0)):
        timeline.push("ee_pose", stamp, pose(x), stamp)
    timeline.push("front_image", 110 * MS, image(), 130 * MS)
    (tick,) = timeline.poll(130 * MS)
    assert tick.problem is None
    assert tick.observations["ee_pose"][0] == 2.0
    assert tick.ages_ns["ee_pose"] == 10 * MS


def test_tick_waits_for_a_stream_that_has_not_reached_it():
    timeline = Timeline(contract_with(), wait_s=0.05)
    timeline.push("ee_pose", 50 * MS, pose(1.0), 50 * MS)
    timeline.push("front_image", 100 * MS, image(), 100 * MS)
    assert timeline.poll(101 * MS) == []
    timeline.push("ee_pose", 100 * MS, pose(2.0), 102 * MS)
    (tick,) = timeline.poll(102 * MS)
    assert tick.observations["ee_pose"][0] == 2.0


def test_tick_waits_no_longer_than_it_may():
    timeline = Timeline(contract_with(), wait_s=0.05)
    timeline.push("ee_pose", 50 * MS, pose(1.0), 50 * MS)
    timeline.push("front_image", 100 * MS, image(), 100 * MS)
    (tick,) = timeline.poll(151 * MS)
    assert tick.observations["ee_pose"][0] == 1.0


def test_stale_stream_gives_no_observations_and_a_sentence():
    timeline = Timeline(contract_with())
    timeline.push("ee_pose", 0, pose(1.0), 0)
    timeline.push("front_image", 400 * MS, image(), 400 * MS)
    (tick,) = timeline.poll(1000 * MS)
    assert tick.observations is None
    assert tick.problem == (
        "ee_pose (/franka_robot_state_broadcaster/current_pose) is 0.400 s old, more than 0.15 s"
    )


def test_missing_stream_gives_no_observations_and_a_sentence():
    timeline = Timeline(contract_with())
    timeline.push("front_image", 0, image(), 0)
    (tick,) = timeline.poll(1000 * MS)
    assert tick.observations is None
    assert "ee_pose (/franka_robot_state_broadcaster/current_pose) has no sample" in tick.problem


def test_hold_takes_what_had_arrived_with_the_frame_whatever_its_stamp():
    timeline = Timeline(contract_with("hold"))
    timeline.push("ee_pose", 90 * MS, pose(1.0), 90 * MS)
    timeline.push("front_image", 80 * MS, image(), 95 * MS)
    timeline.push("ee_pose", 100 * MS, pose(2.0), 100 * MS)
    (tick,) = timeline.poll(100 * MS)
    assert tick.observations["ee_pose"][0] == 1.0


def test_interpolate_is_linear_in_position_and_spherical_in_rotation():
    timeline = Timeline(contract_with("interpolate"))
    half_turn = np.array([1.0, 0, 0, 0, 0, 1, 0])
    timeline.push("ee_pose", 0, pose(0.0), 0)
    timeline.push("ee_pose", 100 * MS, half_turn, 100 * MS)
    timeline.push("front_image", 50 * MS, image(), 100 * MS)
    (tick,) = timeline.poll(100 * MS)
    expected = [0.5, 0, 0, 0, 0, np.sqrt(0.5), np.sqrt(0.5)]
    np.testing.assert_allclose(tick.observations["ee_pose"], expected, atol=1e-12)


@pytest.mark.parametrize("camera_hz", [10, 20, 25, 30, 60])
def test_frames_are_thinned_to_the_control_rate(camera_hz):
    timeline = Timeline(contract_with(rate_hz=camera_hz), wait_s=0.0)
    ticks = []
    for k in range(10 * camera_hz):
        stamp = round(k * 1e9 / camera_hz)
        timeline.push("ee_pose", stamp, pose(0), stamp)
        timeline.push("front_image", stamp, image(), stamp)
        ticks += timeline.poll(stamp)
    assert 99 <= len(ticks) <= 101


def test_clock_that_is_set_back_starts_afresh():
    timeline = Timeline(contract_with())
    timeline.push("ee_pose", 10_000 * MS, pose(1), 10_000 * MS)
    timeline.push("front_image", 10_000 * MS, image(), 10_000 * MS)
    assert len(timeline.poll(10_000 * MS)) == 1
    timeline.push("front_image", 50 * MS, image(), 50 * MS)
    timeline.push("ee_pose", 50 * MS, pose(2), 51 * MS)
    (tick,) = timeline.poll(51 * MS)
    assert tick.stamp_ns == 50 * MS
    assert tick.observations["ee_pose"][0] == 2.0


def test_flush_gives_the_ticks_that_still_wait():
    timeline = Timeline(contract_with(), wait_s=10.0)
    timeline.push("ee_pose", 90 * MS, pose(1), 90 * MS)
    timeline.push("front_image", 100 * MS, image(), 100 * MS)
    assert timeline.poll(101 * MS) == []
    assert [t.stamp_ns for t in timeline.flush()] == [100 * MS]


def test_interpolating_across_a_long_gap_is_stale():
    timeline = Timeline(contract_with("interpolate"))
    timeline.push("ee_pose", 0, pose(0.0), 0)
    timeline.push("ee_pose", 900 * MS, pose(1.0), 900 * MS)
    timeline.push("front_image", 450 * MS, image(), 900 * MS)
    (tick,) = timeline.poll(900 * MS)
    assert tick.observations is None
    assert "is 0.450 s old, more than 0.15 s" in tick.problem


def test_memory_stays_bounded_while_the_anchor_is_silent():
    side = replace(FRANKA.stream("front_image"), name="side_image", topic="/side")
    timeline = Timeline(
        replace(contract_with(), observations=(*contract_with().observations, side))
    )
    frames = []
    for k in range(600):
        frame = image()
        frames.append(weakref.ref(frame))
        timeline.push("side_image", k * 100 * MS, frame, k * 100 * MS)
    del frame
    assert sum(ref() is not None for ref in frames) < 60
