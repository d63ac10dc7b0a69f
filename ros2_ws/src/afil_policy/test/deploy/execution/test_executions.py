"""What ways to execute chunks have in common, and what each does at the border of two."""

from __future__ import annotations

import numpy as np
import pytest

from afil_policy.deploy.chunks import Chunk
from afil_policy.deploy.execution import EXECUTIONS, ChunkExecution
from afil_policy.deploy.execution.blend import BlendedBorders
from afil_policy.deploy.execution.ensemble import TemporalEnsemble
from afil_policy.deploy.execution.rtc import RealTimeChunking

PERIOD_NS = 50_000_000


def constant(number: int, tick: int, value: float, length: int = 6) -> Chunk:
    return Chunk(number, tick * PERIOD_NS, np.full((length, 2), value))


def due(execution: ChunkExecution, tick: int) -> float | None:
    action = execution.action_at(tick * PERIOD_NS)
    return None if action is None else float(action[0])


@pytest.mark.parametrize("name", EXECUTIONS.names())
def test_each_executes_one_chunk_to_its_end_and_forgets_it_at_a_reset(name: str) -> None:
    kind = EXECUTIONS.get(name)
    execution = kind(kind.Config(), PERIOD_NS)
    assert due(execution, 3) is None
    assert execution.take(constant(0, 3, 1.0))
    assert [due(execution, k) for k in (2, 3, 8, 9)] == [None, 1.0, 1.0, None]
    assert not execution.take(constant(0, 4, 2.0))
    execution.reset(5)
    assert due(execution, 4) is None
    assert not execution.take(constant(4, 4, 2.0))
    assert execution.dropped == 2
    assert execution.take(constant(5, 4, 2.0))
    assert due(execution, 4) == 2.0


def test_an_ensemble_weighs_older_chunks_more() -> None:
    execution = TemporalEnsemble(TemporalEnsemble.Config(decay=np.log(2.0)), PERIOD_NS)
    execution.take(constant(0, 0, 3.0))
    execution.take(constant(1, 1, 0.0))
    assert due(execution, 0) == 3.0
    assert due(execution, 1) == pytest.approx(2.0)
    assert due(execution, 6) == 0.0


def test_a_blend_goes_over_linearly() -> None:
    execution = BlendedBorders(BlendedBorders.Config(over=3), PERIOD_NS)
    execution.take(constant(0, 0, 0.0))
    execution.take(constant(1, 1, 4.0), present_ns=2 * PERIOD_NS)
    assert [due(execution, k) for k in (2, 3, 4, 5)] == pytest.approx([1.0, 2.0, 3.0, 4.0])


def test_real_time_chunking_gives_what_is_executed_meanwhile_as_a_prefix() -> None:
    execution = RealTimeChunking(RealTimeChunking.Config(delay=2), PERIOD_NS)
    assert execution.prefix(0) is None
    actions = np.arange(12.0).reshape(6, 2)
    execution.take(Chunk(0, 0, actions))
    prefix = execution.prefix(3 * PERIOD_NS)
    assert prefix is not None
    np.testing.assert_array_equal(prefix, actions[3:5])
    assert execution.prefix(7 * PERIOD_NS) is None
