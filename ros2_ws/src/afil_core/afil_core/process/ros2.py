"""The ``ros2`` command, for who starts others."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from afil_core.errors import AfilError


def ros2_command() -> str:
    """The ``ros2`` command: on the PATH, or beside the interpreter that runs this.

    Raises:
        AfilError: When there is none.
    """
    beside = Path(sys.executable).parent / "ros2"
    found = shutil.which("ros2") or (str(beside) if beside.is_file() else None)
    if found is None:
        raise AfilError(
            "the command 'ros2' was not found; source ROS 2, or activate the project's .venv"
        )
    return found
