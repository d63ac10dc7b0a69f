"""Files and folders that appear in their place whole, or not at all.

What is moved into its place must be on the disk first, or a power cut leaves an empty shell.
"""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from afil_core.errors import AfilError


@contextmanager
def replacing(place: Path) -> Iterator[Path]:
    """Write a file or a folder beside its place, and move it in when the block ends well.

    An error in the block, an interrupt included, leaves what was there and no rest.

    Args:
        place: Where it goes; its parents are made, a file or a folder there is replaced.

    Yields:
        A path beside the place, hidden, with the same suffix, where nothing is yet.

    Raises:
        AfilError: When the disk refuses it.
    """
    # The numbers of process and thread keep two writers of one place from sharing a draft.
    owner = f"{os.getpid()}-{threading.get_ident()}"
    draft = place.with_name(f".{place.stem}.{owner}.partial{place.suffix}")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritable(place, error) from error
    try:
        _remove(draft)
        yield draft
        if place.is_dir() and not place.is_symlink():
            # A folder can't be renamed over another; the old one goes when the new one is whole.
            old = draft.with_name(draft.name + ".old")
            _flush_all(draft)
            os.rename(place, old)
            try:
                os.rename(draft, place)
            except OSError:
                os.rename(old, place)
                raise
            shutil.rmtree(old)
        else:
            move_in(draft, place)
    except OSError as error:
        raise _unwritable(place, error) from error
    finally:
        _remove(draft)


def clear_drafts(place: Path) -> None:
    """Remove what writers of a place that were killed have left beside it."""
    for draft in place.parent.glob(f".{place.stem}.*.partial{place.suffix}*"):
        owner = draft.name[len(place.stem) + 2 :].partition(".")[0].partition("-")[0]
        if owner.isdecimal() and not _is_running(int(owner)):
            _remove(draft)


def write_text(place: Path, text: str) -> None:
    """Write a text file in one step; see :func:`replacing`."""
    with replacing(place) as draft:
        draft.write_text(text, encoding="utf-8")


def write_bytes(place: Path, data: bytes) -> None:
    """Write a file in one step; see :func:`replacing`."""
    with replacing(place) as draft:
        draft.write_bytes(data)


def move_in(new: Path, place: Path) -> None:
    """Flush a finished folder or file, rename it, and flush the rename.

    Args:
        new: What is finished, on the same file system as its place.
        place: Where it goes; a folder must not be there yet, a file is replaced.

    Raises:
        OSError: When the disk refuses; ``new`` is still there then.
    """
    _flush_all(new)
    os.rename(new, place)
    _flush(place.parent)


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def _unwritable(place: Path, error: OSError) -> AfilError:
    reason = error.strerror or error
    return AfilError(f"{place} cannot be written ({reason}); free or choose another place")


def _flush_all(path: Path) -> None:
    for inner in path.rglob("*") if path.is_dir() else ():
        _flush(inner)
    _flush(path)


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
