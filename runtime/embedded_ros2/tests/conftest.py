"""A ROS domain for each test process, so that neither a robot nor another run is met."""

import os

import pytest

# Domains 0 to 49 are for people; above 101 some systems have no ports.
_FIRST, _COUNT = 50, 50

os.environ.setdefault("ROS_DOMAIN_ID", str(_FIRST + os.getpid() % _COUNT))
# Not a default: sourcing a ROS 2 sets it to SUBNET.
os.environ["ROS_AUTOMATIC_DISCOVERY_RANGE"] = "LOCALHOST"


@pytest.fixture
def another_domain() -> str:
    """A domain where no other test of this process is."""
    return str(_FIRST + (int(os.environ["ROS_DOMAIN_ID"]) + 1) % _COUNT)
