"""What is a low rate, beside what a topic used to have and what it should have."""

from afil_teleop.recording.rates import RateHistory

S = 1_000_000_000


def follow(history, *rates_hz):
    """A second of each rate."""
    wall_ns = count = 0
    for rate_hz in rates_hz:
        for _ in range(10):
            wall_ns += S // 10
            count += rate_hz // 10
            history.sample(wall_ns, count)
    return history


def test_what_comes_slower_than_it_used_to_is_low():
    assert follow(RateHistory(10.0), 10, 10, 10, 0).low_hz() is not None
    assert follow(RateHistory(), 100, 100, 50).low_hz() == 50


def test_a_burst_that_a_busy_recorder_took_at_once_makes_no_good_rate_a_low_one():
    """It was learned as usual, and each episode after it was set aside."""
    assert follow(RateHistory(10.0), 40, 10, 10, 10).low_hz() is None
    assert follow(RateHistory(10.0), 40, 10, 10, 0).low_hz() is not None
