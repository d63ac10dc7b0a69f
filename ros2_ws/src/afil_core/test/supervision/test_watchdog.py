from __future__ import annotations

from afil_core.supervision.watchdog import Watchdog


def test_a_watchdog_that_was_never_fed_does_not_bark() -> None:
    watchdog = Watchdog(1.0)
    assert not watchdog.expired(1e9)
    watchdog.feed(0.0)
    assert not watchdog.expired(1.0)
    assert watchdog.expired(1.1)
    assert not watchdog.expired(5.0)


def test_a_watchdog_that_rests_wakes_with_the_next_command() -> None:
    watchdog = Watchdog(1.0)
    watchdog.feed(0.0)
    watchdog.rest()
    assert not watchdog.expired(5.0)
    watchdog.feed(5.0)
    assert watchdog.expired(6.5)
