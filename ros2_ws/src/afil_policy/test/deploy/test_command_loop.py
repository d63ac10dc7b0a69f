"""The command loop: what leaves it is within the limits and of the present."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from afil_core.contract import Contract
from afil_core.errors import AfilError
from afil_policy.deploy.adapters import Adapter, Outgoing
from afil_policy.deploy.command_loop import CommandLoop

SECOND_NS = 1_000_000_000


class Noting(Adapter):
    """Keeps what it is asked to send."""

    streams = ("ee_pose",)

    def __init__(self, contract: Contract) -> None:
        super().__init__(self.Config(), contract, contract.interface())
        self.actions: list[NDArray[np.float64]] = []
        self.rested: list[dict[str, Any]] = []
        self.resets = 0

    def commands(self, action: Any, observations: Any, stamp_ns: int, now_ns: int) -> Any:
        self.actions.append(action)
        return [Outgoing(f"/{stamp_ns}", b"")]

    def rest(self, observations: Any, now_ns: int) -> Any:
        self.rested.append(observations)
        return [Outgoing(f"/rest/{now_ns}", b"")]

    def reset(self) -> None:
        self.resets += 1


def test_actions_are_limited_before_the_adapter_sees_them(contract: Contract) -> None:
    adapter = Noting(contract)
    loop = CommandLoop(contract, adapter)
    sent = loop.step(np.array([1.0, 0, 0, 0, 0, 0, 0.07]), {}, 5, 6)
    assert sent == [Outgoing("/5", b"")]
    np.testing.assert_allclose(adapter.actions[0], [0.05, 0, 0, 0, 0, 0, 0.08])
    assert loop.clipped == 1
    with pytest.raises(AfilError, match="not finite in dx"):
        loop.step(np.full(7, np.nan), {}, 6, 7)
    assert len(adapter.actions) == 1


def test_a_restart_forgets_targets_and_which_end_the_gripper_went_to(contract: Contract) -> None:
    adapter = Noting(contract)
    loop = CommandLoop(contract, adapter)
    for width in (0.0, 0.045):
        loop.step(np.array([0, 0, 0, 0, 0, 0, width]), {}, 5, 6)
    loop.restart()
    loop.step(np.array([0, 0, 0, 0, 0, 0, 0.045]), {}, 5, 6)
    assert [a[6] for a in adapter.actions] == [0.0, 0.0, 0.08]
    assert adapter.resets == 1


@pytest.mark.parametrize("age_s", [0.31, -0.31])
def test_a_tick_of_the_past_or_the_future_is_refused(contract: Contract, age_s: float) -> None:
    loop = CommandLoop(contract, Noting(contract))
    stamp_ns = 5 * SECOND_NS
    assert loop.require_recent(stamp_ns, stamp_ns + 200_000_000) == pytest.approx(0.2)
    with pytest.raises(AfilError, match=r"0\.310 s old, beyond 0.3 s .*front_image.max_age_s"):
        loop.require_recent(stamp_ns, stamp_ns + round(age_s * SECOND_NS))


def test_a_rest_is_the_adapters(contract: Contract) -> None:
    adapter = Noting(contract)
    assert CommandLoop(contract, adapter).rest({}, 9) == [Outgoing("/rest/9", b"")]
    assert adapter.rested == [{}]
