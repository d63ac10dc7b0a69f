"""What is moved into its place must be on the disk first, or a power cut leaves an empty shell."""

from __future__ import annotations

import os
from pathlib import Path


def move_in(new: Path, place: Path) -> None:
    """Flush a finished folder or file, rename it, and flush the rename.

    Args:
        new: What is finished, on the same file system as its place.
        place: Where it goes; a folder must not be there yet, a file is replaced.

    Raises:
        OSError: When the disk refuses; ``new`` is still there then.
    """
    for path in [*new.iterdir()] if new.is_dir() else []:
        _flush(path)
    _flush(new)
    os.rename(new, place)
    _flush(place.parent)


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
