"""Which action of which chunk is executed."""

from __future__ import annotations

import numpy as np

from afil_policy.deploy.chunks import Chunk
from afil_policy.deploy.execution.receding import RecedingHorizon

PERIOD_NS = 100_000_000


def chunk(number: int, tick: int, length: int = 3) -> Chunk:
    """A chunk whose action h is [number, h]."""
    actions = np.array([[number, h] for h in range(length)], dtype=np.float64)
    return Chunk(number, tick * PERIOD_NS, actions)


def receding(replan: int = 1, grace: int = 0) -> RecedingHorizon:
    return RecedingHorizon(RecedingHorizon.Config(replan=replan), PERIOD_NS, grace)


def due(executor: RecedingHorizon, tick: float) -> list[float] | None:
    action = executor.action_at(round(tick * PERIOD_NS))
    return None if action is None else action.tolist()


def test_each_period_has_the_next_action_until_the_chunk_ends() -> None:
    executor = receding()
    assert due(executor, 5) is None
    assert executor.take(chunk(0, 5))
    assert [due(executor, k) for k in (5, 6, 7, 8)] == [[0, 0], [0, 1], [0, 2], None]
    assert due(executor, 4) is None


def test_frames_that_are_a_little_off_the_grid_have_the_nearest_action() -> None:
    executor = receding()
    executor.take(chunk(0, 5))
    assert due(executor, 5.2) == [0, 0]
    assert due(executor, 5.8) == [0, 1]


def test_a_newer_chunk_replaces_the_rest_and_its_past_actions_are_skipped() -> None:
    executor = receding()
    executor.take(chunk(0, 5))
    assert executor.take(chunk(1, 6))
    # It took two periods to decide on it.
    assert due(executor, 8) == [1, 2]


def test_a_chunk_that_comes_after_a_newer_one_is_dropped_and_counted() -> None:
    executor = receding()
    executor.take(chunk(1, 6))
    assert not executor.take(chunk(0, 5))
    assert due(executor, 6) == [1, 0]
    assert executor.dropped == 1


def test_a_chunk_that_was_begun_before_a_reset_is_dropped() -> None:
    executor = receding()
    executor.take(chunk(3, 5))
    executor.reset(5)
    assert due(executor, 5) is None
    assert not executor.take(chunk(4, 6))
    assert executor.take(chunk(5, 7))
    assert due(executor, 7) == [5, 0]
    assert executor.dropped == 1


def test_a_chunk_that_is_over_when_it_comes_is_dropped_and_counted() -> None:
    executor = receding()
    assert executor.take(chunk(0, 5), present_ns=7 * PERIOD_NS)
    assert not executor.take(chunk(1, 5), present_ns=8 * PERIOD_NS)
    assert (executor.late, executor.dropped) == (1, 0)
    assert due(executor, 7) == [0, 2]


def test_the_last_action_stands_for_the_periods_of_grace() -> None:
    executor = receding(grace=1)
    executor.take(chunk(0, 5))
    assert [due(executor, k) for k in (7, 8, 9)] == [[0, 2], [0, 2], None]


def test_the_next_chunk_is_asked_for_every_so_many_periods_and_after_a_failure() -> None:
    executor = receding(replan=3)
    assert [executor.wants(k * PERIOD_NS) for k in range(7)] == [
        True, False, False, True, False, False, True,
    ]  # fmt: skip
    executor.failed()
    assert executor.wants(7 * PERIOD_NS)
    # A clock that was set back asks at once.
    assert executor.wants(2 * PERIOD_NS)
