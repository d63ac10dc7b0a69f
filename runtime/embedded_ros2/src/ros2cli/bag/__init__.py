"""The verbs of ``ros2 bag``."""
