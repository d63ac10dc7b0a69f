"""Images between ROS messages and numpy."""

from embedded_ros2.missing import refuse
from embedded_ros2.real_ros import refuse_to_shadow

refuse_to_shadow("cv_bridge")

from cv_bridge.core import CvBridge, CvBridgeError  # noqa: E402

__all__ = ["CvBridge", "CvBridgeError"]

__getattr__ = refuse(__name__, ("boost",))
