"""Makes what of the installation is no source: the ament resource index and ``standard.json``."""

import os
import runpy
import subprocess
import sys
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
        self._work_out_standard_interfaces(root, build_data)

    def _work_out_standard_interfaces(self, root: Path, build_data: dict[str, Any]) -> None:
        path = root / "build" / "standard.json"
        code = (
            "import sys, embedded_ros2.finder as f; f.install(); "
            "from embedded_ros2 import standard; standard.write(sys.argv[1])"
        )
        done = subprocess.run(
            [sys.executable, "-c", code, str(path)],
            env={**os.environ, "PYTHONPATH": str(root / "src")},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            # Without the file a node takes a third longer to start, and all else is the same.
            self.app.display_warning(f"embedded_ros2 has no standard.json: {done.stderr[-500:]}")
            return
        build_data["shared_data"][str(path)] = "share/embedded_ros2/standard.json"
