"""``ros2 run afil_perception models``: which models there are, and what fetches each."""

from __future__ import annotations

import argparse
import sys
from importlib.util import find_spec
from typing import Any

from afil_core.errors import run
from afil_core.registry import Registry
from afil_core.report import Table
from afil_perception.detect import DETECTORS
from afil_perception.pipeline.config import PerceptionConfig
from afil_perception.pipeline.pipeline import Pipeline
from afil_perception.pretrained.catalog import Entry, catalog
from afil_perception.track import TRACKERS
from afil_perception.vlm import VLMS

# Package to what installs it.
_GROUPS = {
    "transformers": "pip install -r requirements-models.txt",
    "sam2": "pip install -r requirements-models.txt",
    "ray": "pip install -r requirements-ray.txt",
}


def _command() -> None:
    parser = argparse.ArgumentParser(
        prog="models",
        description="List the models of perception: what is here, what is missing, how large it "
        "is, its license, and the command that fetches it.",
    )
    parser.add_argument("--missing", action="store_true", help="only what is not here")
    arguments = parser.parse_args()
    registries: list[Registry[Any]] = [VLMS, DETECTORS, TRACKERS]
    entries = [e for e in catalog(registries) if not (arguments.missing and e.is_here)]
    header = ("", "kind", "name", "model", "size", "license", "fetch")
    print(Table(header, tuple(_row(entry) for entry in entries)).text())
    for line in Pipeline(PerceptionConfig()).choice_lines():
        print(f"auto on this machine: {line}")
    for package, command in _GROUPS.items():
        if find_spec(package) is None:
            print(f"the Python package {package} is missing: {command}")


def _row(entry: Entry) -> tuple[str, ...]:
    mark = "here" if entry.is_here else "missing"
    weights = entry.weights
    if weights is None:
        return mark, entry.kind, entry.name, entry.note or "needs no weights here", "", "", ""
    size = _size(weights.size_mb)
    license_name = f"{weights.license} (agree on the hub first)" * weights.gated or weights.license
    fetch = "" if entry.is_here else weights.fetch
    return mark, entry.kind, entry.name, weights.model, size, license_name, fetch


def _size(mb: int | None) -> str:
    if mb is None:
        return "see its card"
    return f"{mb / 1000:.1f} GB" if mb >= 1000 else f"{mb} MB"


def main() -> int:
    """Entry point of ``ros2 run afil_perception models``."""
    return run(_command)


if __name__ == "__main__":
    sys.exit(main())
