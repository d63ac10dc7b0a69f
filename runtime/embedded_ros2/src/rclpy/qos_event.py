"""Former name of :mod:`rclpy.event_handler`."""

from rclpy.event_handler import *  # noqa: F403
from rclpy.event_handler import EventHandler as QoSEventHandler  # noqa: F401
