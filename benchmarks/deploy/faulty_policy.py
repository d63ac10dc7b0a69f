"""The policy node, with a policy and a clock that can be made to fail from outside.

``python -m benchmarks.deploy.faulty_policy --ros-args ...``: the file that ``AFIL_FAULT`` names
holds the name of the fault that is on. Everything else is the node as it is deployed.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from afil_policy.deploy.runner import PolicyRunner
from afil_policy.nodes import policy_node

# Says since when on the steady clock, which all processes have in common, a forward pass hangs.
HANGS_SINCE = "hangs_since"
FILE = Path(os.environ.get("AFIL_FAULT", "/nonexistent"))
SECOND_NS = 1_000_000_000


def hang_with_the_interpreter() -> None:
    """Compute in C for minutes without giving the interpreter to anybody."""
    sum(range(10**11))


def hang_asleep() -> None:
    """Wait, as for a device that does not answer."""
    time.sleep(3600)


def spoil(value: float, dimension: int = 1) -> Callable[[Any], Any]:
    """A fault that puts a number into one dimension of each action."""

    def into(actions: Any) -> Any:
        actions[:, dimension] = value
        return actions

    return into


def slow(actions: Any) -> Any:
    """Take one and a half control periods."""
    time.sleep(0.15)
    return actions


OUTPUTS: dict[str, Callable[[Any], Any]] = {
    "nan": spoil(np.nan),
    "infinite": spoil(np.inf),
    "far": spoil(100.0),
    "beyond": spoil(0.3),
    "slow": slow,
    "close": spoil(0.0, -1),
}
HANGS = {"hang": hang_asleep, "hang_gil": hang_with_the_interpreter}
CLOCKS: dict[str, Callable[[int], int]] = {
    "clock_forward": lambda now_ns: now_ns + 10 * SECOND_NS,
    "clock_back": lambda now_ns: now_ns - 10 * SECOND_NS,
    "clock_zero": lambda now_ns: 0,
}


def fault() -> str:
    """The fault that is on; empty for none."""
    try:
        return FILE.read_text(encoding="utf-8").strip()
    except OSError:
        return ""


def main() -> int:
    """Run the node."""
    act, now_ns = PolicyRunner.act, policy_node.PolicyNode._now_ns

    def failing_act(self: PolicyRunner, history: Any, prefix: Any = None) -> Any:
        name = fault()
        if name in HANGS:
            FILE.with_name(HANGS_SINCE).write_text(repr(time.monotonic()))
            HANGS[name]()
        return OUTPUTS.get(name, lambda actions: actions)(act(self, history, prefix))

    def failing_now(self: policy_node.PolicyNode) -> int:
        change = CLOCKS.get(fault())
        now = int(now_ns(self))
        return now if change is None else change(now)

    PolicyRunner.act = failing_act  # type: ignore[method-assign]
    policy_node.PolicyNode._now_ns = failing_now  # type: ignore[method-assign]
    return policy_node.main()


if __name__ == "__main__":
    sys.exit(main())
