"""A ROS domain for each test process, so that neither a robot nor another run is met."""

import fcntl
import os
import tempfile
from pathlib import Path

import pytest

# Domains 0 to 49 are for people; above 101 some systems have no ports.
_FIRST, _COUNT = 50, 50
# Open as long as this process lives: the system gives the domains back when it ends.
_claims: list[int] = []


def _claim_domain() -> str:
    """A domain that no other test process of this machine has, until this process ends."""
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
        return str(domain)
    raise RuntimeError(f"no ROS domain from {_FIRST} to {_FIRST + _COUNT - 1} is free for tests")


# One that was given is kept, unless several processes would share it.
if "ROS_DOMAIN_ID" not in os.environ or "PYTEST_XDIST_WORKER" in os.environ:
    os.environ["ROS_DOMAIN_ID"] = _claim_domain()
# Not a default: sourcing a ROS 2 sets it to SUBNET.
os.environ["ROS_AUTOMATIC_DISCOVERY_RANGE"] = "LOCALHOST"


@pytest.fixture(scope="session")
def another_domain() -> str:
    """A domain where no other test is."""
    return _claim_domain()
