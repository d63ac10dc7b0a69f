"""The place of a thread among all that run on the machine: real-time priority, garbage."""

from __future__ import annotations

import contextlib
import gc
import os
import threading

# Where no real-time priority is permitted: before all that has no hurry.
_NICE = -10
_NOT_PERMITTED = (
    "real-time priority is not permitted, so that whatever else runs on this machine may delay "
    "commands; give the user rtprio in /etc/security/limits.conf, as franka_ros2 asks for, or set "
    "priority:=0"
)


def rise(
    priority: int, *, steps_back: int = 0, with_others: bool = False, with_helpers: bool = False
) -> str | None:
    """Give the calling thread a real-time priority (``SCHED_FIFO``), or at least a good one.

    Args:
        priority: 1 to 99, that of who commands; 0 leaves all as it is.
        steps_back: How far it stands behind who commands.
        with_others: Whether the process's other threads that have an ordinary priority by now,
            the middleware's, rise too: a message that nobody takes off the network is late.
        with_helpers: Whether threads that it starts begin as it is, instead of as ordinary ones:
            a network waits for each of the threads that compute it.

    Returns:
        A sentence where the system permits no real-time priority; None where it does.
    """
    if priority == 0:
        return None
    own = threading.get_native_id()
    parameter = os.sched_param(max(priority - steps_back, 1))
    try:
        for thread in _ordinary() if with_others else ():
            with contextlib.suppress(ProcessLookupError):  # It has ended since.
                os.sched_setscheduler(thread, os.SCHED_FIFO, parameter)
        policy = os.SCHED_FIFO if with_helpers else os.SCHED_FIFO | os.SCHED_RESET_ON_FORK
        os.sched_setscheduler(own, policy, parameter)
    except PermissionError:
        with contextlib.suppress(PermissionError):
            # On Linux niceness is a thread's.
            os.setpriority(os.PRIO_PROCESS, own, _NICE)
        return _NOT_PERMITTED
    return None


def fall() -> None:
    """Make the calling thread an ordinary one again."""
    with contextlib.suppress(PermissionError):
        # Only a superuser may take back that what it starts begins with an ordinary priority.
        policy = os.SCHED_OTHER | os.SCHED_RESET_ON_FORK
        os.sched_setscheduler(threading.get_native_id(), policy, os.sched_param(0))


def keep_loaded() -> None:
    """Take what is loaded by now out of the garbage collector's sight.

    A full collection walks through every object of every library, which takes as long as some
    control periods, and holds the interpreter meanwhile.
    """
    gc.collect()
    gc.freeze()


def _ordinary() -> list[int]:
    found = []
    for name in os.listdir("/proc/self/task"):
        with contextlib.suppress(ProcessLookupError):
            if os.sched_getscheduler(int(name)) & ~os.SCHED_RESET_ON_FORK == os.SCHED_OTHER:
                found.append(int(name))
    return found
