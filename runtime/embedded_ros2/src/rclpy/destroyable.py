"""What a destroyed entity raises."""

from rclpy.exceptions import InvalidHandle

__all__ = ["InvalidHandle"]
