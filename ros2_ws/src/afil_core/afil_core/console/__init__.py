"""Commands of ``ros2 run afil_core``."""
