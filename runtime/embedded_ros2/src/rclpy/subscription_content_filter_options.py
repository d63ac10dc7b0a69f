"""Not here: see what the names answer."""

from embedded_ros2.missing import refuse

__getattr__ = refuse(__name__, ("ContentFilterOptions",))
