"""Locks between threads and processes, which the system gives up when a process ends."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_LOCKS = ".locks"


@contextmanager
def alone(folder: Path, key: str) -> Iterator[None]:
    """Whoever does the same waits; of those who do something else, one in 256.

    Args:
        folder: Where the results are.
        key: Hash of what is done, hexadecimal.
    """
    place = folder / _LOCKS / key[:2]
    place.parent.mkdir(parents=True, exist_ok=True)
    with place.open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
