"""Events that launch emits."""

from embedded_ros2.missing import refuse

from . import process
from .include_launch_description import IncludeLaunchDescription
from .matchers import matches_action
from .shutdown import Shutdown
from .timer_event import TimerEvent

__all__ = [
    "IncludeLaunchDescription",
    "Shutdown",
    "TimerEvent",
    "matches_action",
    "process",
]

__getattr__ = refuse(__name__, ("ExecutionComplete",))
