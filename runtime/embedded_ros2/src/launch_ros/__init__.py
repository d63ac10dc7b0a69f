"""ROS nodes in launch files (the API of launch_ros)."""

from . import actions, descriptions, parameter_descriptions, substitutions, utilities

__all__ = ["actions", "descriptions", "parameter_descriptions", "substitutions", "utilities"]
