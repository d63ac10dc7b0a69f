"""``python -m benchmarks.authors --data DIR``: our maps and boxes beside the authors'."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from afil_core import storage
from afil_core.errors import AfilError, run
from benchmarks.authors.compare import Figure, compare


def write_results(figures: Sequence[Figure], path: Path) -> None:
    """Write one JSON line per figure; an older file is replaced as a whole."""
    storage.write_text(path, "".join(json.dumps(asdict(f)) + "\n" for f in figures))


def _command() -> int:
    parser = argparse.ArgumentParser(
        prog="benchmarks.authors",
        description="Compare with the maps the method's authors published.",
    )
    parser.add_argument("--data", type=Path, required=True, help="folder of the authors' data")
    parser.add_argument("--results", type=Path, default=None, help="JSON lines to write")
    arguments = parser.parse_args()
    figures = compare(arguments.data)
    if arguments.results is not None:
        write_results(figures, arguments.results)
    missed = [f.metric for f in figures if f.ok is False]
    if missed:
        raise AfilError(f"below the target: {', '.join(missed)}; the lines above say by how much")
    return 0


def main() -> int:
    """Entry point."""
    return run(_command)


if __name__ == "__main__":
    sys.exit(main())
