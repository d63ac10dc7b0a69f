"""The verbs of ``ros2 param``."""
