"""One module for each command of ``ros2``."""
