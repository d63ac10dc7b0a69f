"""Command adapter, execution and guard of the toy package."""

from __future__ import annotations

import numpy as np
from turntable.adapter import TurnRateAdapter

from afil_core import messages
from afil_policy.deploy.adapters import Outgoing, build_adapter
from afil_policy.deploy.chunks import Chunk
from afil_policy.deploy.controller import PolicyController
from afil_policy.deploy.execution import EXECUTIONS
from afil_policy.deploy.guards.build import build_guards


class Whirl:
    """Wants the disc to turn as fast as it may."""

    streams = ("top_image",)
    frames = 1

    def act(self, history) -> np.ndarray:
        return np.full((1, 1), 9.0)


def test_adapter(contract) -> None:
    adapter = build_adapter(contract, "", "{max_change_rad_s: 1.5}")
    assert isinstance(adapter, TurnRateAdapter)
    controller = PolicyController(Whirl(), contract, adapter)
    camera, rate = contract.stream("top_image"), contract.commands["turn_rate"]
    sent: list[Outgoing] = []
    for k in (1, 2, 3):
        stamp_ns = k * contract.period_ns
        controller.receive(camera.name, camera.encode(camera.blank(), stamp_ns), stamp_ns)
        sent += [m for m in controller.poll(stamp_ns) if isinstance(m, Outgoing)]
    sent += [m for m in controller.rest(stamp_ns) if isinstance(m, Outgoing)]
    assert [topic for topic, _ in sent] == [rate.topic] * 4
    rates = [rate.decode(cdr).value[0] for _, cdr in sent]
    # Its own limit first, then that of the contract's action, then rest.
    np.testing.assert_allclose(rates, [1.5, 2.0, 2.0, 0.0])


def test_execution(contract) -> None:
    kind = EXECUTIONS.get("every_other")
    execution = kind(kind.Config(), contract.period_ns)
    execution.take(Chunk(0, 0, np.array([[1.0], [2.0]])))
    due = [execution.action_at(k * contract.period_ns) for k in range(5)]
    assert [None if d is None else d[0] for d in due] == [1.0, 1.0, 2.0, 2.0, None]


def test_guard(contract) -> None:
    (commander, lid) = build_guards(contract)
    commander.look({})
    assert commander.verdict(0.0) is None
    assert lid.verdict(0.0) == "the lid is open (/lid_closed)"
    (topic,) = lid.topics
    closed = messages.serialize(messages.new(topic.type, data=True))
    lid.receive(topic.name, closed, 0.0)
    assert lid.verdict(0.0) is None
