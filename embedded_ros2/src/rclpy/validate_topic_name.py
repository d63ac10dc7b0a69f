"""Check of topic names that may be relative."""

from rclpy.impl.names import validate_topic_name

__all__ = ["validate_topic_name"]
