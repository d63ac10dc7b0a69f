"""Locks between threads and processes, which the system gives up when a process ends."""

from __future__ import annotations

import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from afil_core.errors import AfilError

_LOCKS = ".locks"
_LOOK_S = 0.2


@contextmanager
def alone(
    folder: Path, key: str, digits: int = 2, pause: Callable[[float], object] | None = None
) -> Iterator[None]:
    """Whoever does the same waits; of those who do something else, one in 16 ** ``digits``.

    Args:
        folder: Where the results are.
        key: Hash of what is done, hexadecimal.
        digits: Of the hash that count; there are as many files as they have values.
        pause: Waits for some seconds, and raises when the run ends: to wait for long.

    Raises:
        AfilError: When there is no room for the lock.
    """
    place = folder / _LOCKS / key[:digits]
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        file = place.open("ab")
    except OSError as error:
        raise AfilError(
            f"{folder} cannot be written ({error.strerror or error}); free or choose another place"
        ) from error
    with file:
        if pause is None:
            fcntl.flock(file, fcntl.LOCK_EX)
        else:
            while not _is_free(file):
                pause(_LOOK_S)
        yield


def _is_free(file: BinaryIO) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
