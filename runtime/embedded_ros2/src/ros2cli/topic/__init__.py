"""The verbs of ``ros2 topic``."""
