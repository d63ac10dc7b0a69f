"""A ROS domain for each test process, so that neither a robot nor another run is met."""

from __future__ import annotations

import os

# Domains 0 to 49 are for people; above 101 some systems have no ports.
_FIRST, _COUNT = 50, 50


def ros_environment() -> dict[str, str]:
    """Environment variables of the nodes that this test process starts.

    The discovery range is set, not defaulted: a sourced ROS sets it to the whole subnet.
    """
    return {
        "ROS_DOMAIN_ID": str(_FIRST + os.getpid() % _COUNT),
        "ROS_AUTOMATIC_DISCOVERY_RANGE": "LOCALHOST",
    }
