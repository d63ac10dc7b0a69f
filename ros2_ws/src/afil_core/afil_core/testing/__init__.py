"""What test suites share: robots on paper, contracts with changes, episodes, ROS domains.

Tests of every AFIL package, and of packages that add to it, import from here.
"""

from afil_core.testing.contracts import changed
from afil_core.testing.domains import ros_environment
from afil_core.testing.episodes import record_franka
from afil_core.testing.franka import HOME, PERIOD_NS, READY_JOINTS, FrankaOnPaper
from afil_core.testing.mains import said_by
from afil_core.testing.saliency import write_saliency

__all__ = [
    "HOME",
    "PERIOD_NS",
    "READY_JOINTS",
    "FrankaOnPaper",
    "changed",
    "record_franka",
    "ros_environment",
    "said_by",
    "write_saliency",
]
