"""The command adapter of the toy package, in the control loop."""

from __future__ import annotations

import numpy as np
from turntable.adapter import TurnRateAdapter

from afil_policy.deploy.adapters import build_adapter
from afil_policy.deploy.controller import PolicyController


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
    sent = []
    for k in (1, 2, 3):
        stamp_ns = k * contract.period_ns
        controller.receive(camera.name, camera.encode(camera.blank(), stamp_ns), stamp_ns)
        sent += controller.poll(stamp_ns)
    sent += controller.rest(stamp_ns)
    assert [topic for topic, _ in sent] == [rate.topic] * 4
    rates = [rate.decode(cdr).value[0] for _, cdr in sent]
    # Its own limit first, then that of the contract's action, then rest.
    np.testing.assert_allclose(rates, [1.5, 2.0, 2.0, 0.0])
