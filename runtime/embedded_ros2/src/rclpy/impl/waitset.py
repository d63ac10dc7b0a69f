"""Event-driven waiting on DDS entities, with tokens that tell which are ready."""

from __future__ import annotations

import ctypes as ct
from typing import Any

from cyclonedds.core import GuardCondition, WaitSet
from cyclonedds.internal import dds_infinity

from rclpy.impl.library import function

_attach = function("dds_waitset_attach", ct.c_int32, ct.c_int32, ct.c_int32, ct.c_ssize_t)
_detach = function("dds_waitset_detach", ct.c_int32, ct.c_int32, ct.c_int32)
_wait = function(
    "dds_waitset_wait", ct.c_int32, ct.c_int32, ct.c_void_p, ct.c_size_t, ct.c_int64,
    may_wait=True,
)  # fmt: skip
_set_guard = function("dds_set_guardcondition", ct.c_int32, ct.c_int32, ct.c_bool)

_WAKE = 0


class Waiter:
    """A wait set plus a guard condition that wakes it from any thread.

    Tokens are positive integers chosen by the caller; ``wait`` returns those that are ready.
    """

    def __init__(self, participant: Any) -> None:
        self._waitset = WaitSet(participant)
        self._guard = GuardCondition(participant)
        self._ref, self._guard_ref = self._waitset._ref, self._guard._ref
        self._capacity = 64
        self._slots = (ct.c_ssize_t * self._capacity)()
        self._count = 1
        _attach(self._ref, self._guard_ref, _WAKE)

    def attach(self, condition: int, token: int) -> None:
        """Wait on a DDS entity from now on."""
        _attach(self._ref, condition, token)
        self._count += 1
        if self._count > self._capacity:
            self._capacity *= 2
            self._slots = (ct.c_ssize_t * self._capacity)()

    def detach(self, condition: int) -> None:
        """Wait on it no longer; an entity that is gone already is no error."""
        _detach(self._ref, condition)
        self._count -= 1

    def wake(self) -> None:
        """Make the current or the next ``wait`` return. Safe from any thread."""
        _set_guard(self._guard_ref, True)

    def wait(self, timeout_ns: int | None) -> list[int]:
        """Sleep until something is ready.

        Args:
            timeout_ns: None waits for ever.

        Returns:
            Tokens that are ready; empty after a wake or the time-out.
        """
        timeout = dds_infinity if timeout_ns is None else max(timeout_ns, 0)
        count = _wait(self._ref, self._slots, self._capacity, timeout)
        if count <= 0:
            return []
        if count == 1 and self._slots[0] != _WAKE:
            return self._slots[:1]
        tokens = self._slots[: min(count, self._capacity)]
        if _WAKE in tokens:
            _set_guard(self._guard_ref, False)
            tokens.remove(_WAKE)
        return tokens

    def close(self) -> None:
        """Free the DDS entities."""
        del self._waitset, self._guard
