from __future__ import annotations

from typing import Any

from afil_core import messages
from afil_policy.deploy.diagnostics import TYPE, encode_diagnostics
from afil_policy.deploy.status import Tally


def test_diagnostics_tell_state_reason_and_latency() -> None:
    tally = Tally()

    def entry(state: str) -> Any:
        status = tally.status(clipped=0, dropped=0)
        cdr = encode_diagnostics(5, node="policy_node", state=state, checkpoint="x", status=status)
        return messages.deserialize(cdr, TYPE).status[0]

    assert (entry("active").level, entry("active").message) == (2, "no frame has arrived yet")
    tally.commanded(0.02, 0.01)
    assert (entry("active").level, entry("active").message) == (0, "commanding")
    assert entry("inactive").level == 1
    keys = {v.key: v.value for v in entry("active").values}
    assert keys["commands"] == "1"
    assert "frame to command p99 (ms)" in keys
