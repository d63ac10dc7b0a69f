"""The C implementation of rclpy is not here: see what its name answers."""

from embedded_ros2.missing import refuse

__getattr__ = refuse(__name__, ("rclpy_implementation",))
