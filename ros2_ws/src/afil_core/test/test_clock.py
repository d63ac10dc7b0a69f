"""Clocks that step, stand still, read zero or wrap."""

import pytest

from afil_core.clock import ClockGuard

S = 1_000_000_000


def causes(times, topic="/t"):
    guard = ClockGuard()
    found = [guard.check(topic, round(a * S), round(b * S)) for a, b in times]
    return [f.cause if f else None for f in found]


def test_regular_times_are_no_fault():
    assert causes([(10 + k / 10, 10.01 + k / 10) for k in range(20)]) == [None] * 20


def test_late_arrival_and_small_reordering_are_no_fault():
    times = [(10, 10), (10.1, 10.9), (10.2, 10.9), (10.15, 10.9), (10.3, 10.9)]
    assert causes(times) == [None] * 5


def test_a_stamp_of_zero_is_a_fault():
    assert causes([(0, 10), (0, 10.1)]) == ["zero", "zero"]


def test_a_receiver_without_a_clock_is_a_fault():
    assert causes([(0, 0), (5, 0)]) == ["no_clock", "no_clock"]


@pytest.mark.parametrize("back", [0.5, 1.5, 5.0])
def test_a_host_clock_that_is_set_back_is_one_step(back):
    times = [(10 + k / 10, 10 + k / 10) for k in range(5)]
    times += [(10.5 - back + k / 10, 10.5 - back + k / 10) for k in range(5)]
    assert causes(times) == [None] * 5 + ["step"] + [None] * 4


def test_a_drivers_clock_that_is_set_back_is_one_step():
    times = [(10, 10), (10.1, 10.1), (3, 10.2), (3.1, 10.3)]
    assert causes(times) == [None, None, "step", None]


def test_a_stamp_that_wraps_is_a_step():
    assert causes([(2**31 - 1, 10), (-(2**31), 10.1)])[1] in ("step", "zero")


def test_a_stamp_that_stands_still_is_a_fault_after_half_a_second():
    found = causes([(10, 10 + k / 10) for k in range(30)])
    assert found[:5] == [None] * 5 and found[5:] == ["frozen"] * 25


def test_topics_are_judged_apart_but_a_host_steps_once_for_all():
    guard = ClockGuard()
    for topic in ("/a", "/b"):
        assert guard.check(topic, 100 * S, 100 * S) is None
    assert guard.check("/a", 101 * S, 101 * S) is None
    # Written later, but of an earlier time: another topic's is no step.
    assert guard.check("/b", 100 * S + 1, 100 * S + 1) is None
    assert guard.check("/a", 50 * S, 50 * S).is_step
    assert guard.check("/b", 50 * S, 50 * S) is None


def test_faults_are_counted_and_said_once():
    guard = ClockGuard()
    for k in range(3):
        guard.check("/t", 0, (10 + k) * S)
    (sentence,) = guard.sentences()
    assert "stamp 0" in sentence and "(3 times)" in sentence


def test_a_new_episode_is_no_step():
    guard = ClockGuard()
    guard.check("/t", 100 * S, 100 * S)
    guard.forget()
    assert guard.check("/t", 50 * S, 50 * S) is None
