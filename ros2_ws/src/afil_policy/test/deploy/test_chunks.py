"""Which action of which chunk is executed."""

from __future__ import annotations

import numpy as np

from afil_policy.deploy.chunks import Chunk, ChunkExecutor

PERIOD_NS = 100_000_000


def chunk(number: int, tick: int, length: int = 3) -> Chunk:
    """A chunk whose action h is [number, h]."""
    actions = np.array([[number, h] for h in range(length)], dtype=np.float64)
    return Chunk(number, tick * PERIOD_NS, actions)


def due(executor: ChunkExecutor, tick: float) -> list[float] | None:
    action = executor.action_at(round(tick * PERIOD_NS))
    return None if action is None else action.tolist()


def test_each_period_has_the_next_action_until_the_chunk_ends() -> None:
    executor = ChunkExecutor(PERIOD_NS)
    assert due(executor, 5) is None
    assert executor.take(chunk(0, 5))
    assert [due(executor, k) for k in (5, 6, 7, 8)] == [[0, 0], [0, 1], [0, 2], None]
    assert due(executor, 4) is None


def test_frames_that_are_a_little_off_the_grid_have_the_nearest_action() -> None:
    executor = ChunkExecutor(PERIOD_NS)
    executor.take(chunk(0, 5))
    assert due(executor, 5.2) == [0, 0]
    assert due(executor, 5.8) == [0, 1]


def test_a_newer_chunk_replaces_the_rest_and_its_past_actions_are_skipped() -> None:
    executor = ChunkExecutor(PERIOD_NS)
    executor.take(chunk(0, 5))
    assert executor.take(chunk(1, 6))
    # It took two periods to decide on it.
    assert due(executor, 8) == [1, 2]


def test_a_chunk_that_comes_after_a_newer_one_is_dropped_and_counted() -> None:
    executor = ChunkExecutor(PERIOD_NS)
    executor.take(chunk(1, 6))
    assert not executor.take(chunk(0, 5))
    assert due(executor, 6) == [1, 0]
    assert executor.dropped == 1


def test_a_chunk_that_was_begun_before_a_reset_is_dropped() -> None:
    executor = ChunkExecutor(PERIOD_NS)
    executor.take(chunk(3, 5))
    executor.reset(5)
    assert due(executor, 5) is None
    assert not executor.take(chunk(4, 6))
    assert executor.take(chunk(5, 7))
    assert due(executor, 7) == [5, 0]
    assert executor.dropped == 1
