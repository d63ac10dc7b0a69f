"""The prefixes that are searched, first match wins."""

import os
import sys

from .constants import AMENT_PREFIX_PATH_ENV_VAR


def get_search_paths() -> list[str]:
    """Return the existing prefixes: ``AMENT_PREFIX_PATH`` first, then the Python environment."""
    paths = os.environ.get(AMENT_PREFIX_PATH_ENV_VAR, "").split(os.pathsep)
    unique = dict.fromkeys([*(path for path in paths if path), sys.prefix])
    return [path for path in unique if os.path.isdir(path)]
