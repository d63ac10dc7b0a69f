"""A ROS domain for each test process, so that neither a robot nor another run is met."""

from __future__ import annotations

import fcntl
import os
import tempfile
from functools import cache
from pathlib import Path

# Domains 0 to 49 are for people; above 101 some systems have no ports.
_FIRST, _COUNT = 50, 50
# Open as long as this process lives: the system gives the domains back when it ends.
_claims: list[int] = []


def claim_domain() -> int:
    """A domain that no other test process of this machine has, until this process ends.

    Raises:
        RuntimeError: All of them are taken.
    """
    for k in range(_COUNT):
        domain = _FIRST + (os.getpid() + k) % _COUNT
        path = Path(tempfile.gettempdir(), f"ros_test_domain_{domain}.lock")
        try:
            file = os.open(path, os.O_RDWR | os.O_CREAT)
        except OSError:
            continue  # Another user's.
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(file)
            continue
        _claims.append(file)
        return domain
    raise RuntimeError(f"no ROS domain from {_FIRST} to {_FIRST + _COUNT - 1} is free for tests")


@cache
def _own_domain() -> int:
    return claim_domain()


def ros_environment() -> dict[str, str]:
    """Environment variables of the nodes that this test process starts.

    The discovery range is set, not defaulted: a sourced ROS sets it to the whole subnet.
    """
    return {
        "ROS_DOMAIN_ID": str(_own_domain()),
        "ROS_AUTOMATIC_DISCOVERY_RANGE": "LOCALHOST",
    }
