"""Loading launch files."""

import os

from ..invalid_launch_file_error import InvalidLaunchFileError
from ..launch_description import LaunchDescription
from .python_launch_file_utilities import get_launch_description_from_python_launch_file


def get_launch_description_from_any_launch_file(launch_file_path: str) -> LaunchDescription:
    """Return the launch description of a file.

    Raises:
        ValueError: there is no such file.
        NotImplementedError: it is an XML or YAML launch file.
        InvalidLaunchFileError: it gives no launch description.
    """
    if not os.path.isfile(launch_file_path):
        raise ValueError(f"the path '{launch_file_path}' does not exist")
    extension = os.path.splitext(launch_file_path)[1].lstrip(".")
    if extension in ("xml", "yaml", "yml"):
        raise NotImplementedError(
            f"embedded_ros2 has no {extension} launch files; use a ROS 2 installation"
        )
    try:
        return get_launch_description_from_python_launch_file(launch_file_path)
    except Exception as error:
        raise InvalidLaunchFileError(extension, likely_errors=[error]) from error
