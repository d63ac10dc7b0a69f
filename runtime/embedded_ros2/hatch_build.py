"""Makes the ament resource index: one empty file for each package, below ``share/``."""

import runpy
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

INDEX = Path("share", "ament_index", "resource_index", "packages")


class ResourceIndex(BuildHookInterface):  # type: ignore[type-arg]
    """Adds the markers by which ``ros2 pkg list`` and launch files find the packages."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Make the markers and add them to the wheel, editable or not."""
        root = Path(self.root)
        store = runpy.run_path(str(root / "src" / "embedded_ros2" / "finder.py"))["STORE_PACKAGES"]
        code = [path.parent for path in (root / "src").glob("*/__init__.py")]
        share = [path for path in (root / "share").iterdir() if path.is_dir()]
        folder = root / "build" / "markers"
        folder.mkdir(parents=True, exist_ok=True)
        for name in {*store, *(path.name for path in (*code, *share))}:
            marker = folder / name
            marker.touch()
            build_data["shared_data"][str(marker)] = str(INDEX / name)
