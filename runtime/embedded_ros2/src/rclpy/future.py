"""Where newer ROS 2 releases keep :class:`Future`."""

from rclpy.task import Future

__all__ = ["Future"]
