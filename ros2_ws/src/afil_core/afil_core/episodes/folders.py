"""Where in a dataset's folder what lies, and who has an episode open."""

from __future__ import annotations

import contextlib
import fcntl
import logging
import os
import re
from collections.abc import Iterator
from pathlib import Path

# A hidden folder on the same file system, so that the move is one atomic rename.
PARTIAL_FOLDER = ".partial"
# What is kept and is not part of the dataset.
SET_ASIDE_FOLDER = "set_aside"
_LOG = logging.getLogger(__name__)
_NAME = re.compile(r"^episode_(\d{6})$")


def free_names(dataset: Path) -> Iterator[str]:
    """Names of episodes that nothing in a dataset has or had: saved, open, set aside, deleted."""
    inner = [p for p in dataset.iterdir() if p.is_dir() and not _NAME.match(p.name)]
    taken = [*dataset.iterdir()]
    for folder in inner:
        # Another recorder that begins here tries with a folder whether it can be written.
        with contextlib.suppress(FileNotFoundError):
            taken += folder.iterdir()
    numbers = [int(found.group(1)) for p in taken if (found := _NAME.match(p.name))]
    number = max(numbers, default=-1)
    while True:
        number += 1
        yield f"episode_{number:06d}"


class FolderLock:
    """Says to other processes that a folder is in use; ends with the process.

    Args:
        folder: The folder, of an episode or of a training run.

    Raises:
        BlockingIOError: When another process has it.

    Attributes:
        is_seen: Whether others can see it; some network file systems lock no folders.
    """

    def __init__(self, folder: Path) -> None:
        self.is_seen = True
        self._descriptor = os.open(folder, os.O_RDONLY)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._descriptor)
            raise
        except OSError as error:
            # What is to go into it is worth more.
            self.is_seen = False
            _LOG.warning("%s cannot be locked (%s)", folder, error.strerror)

    def release(self) -> None:
        """Let others have it."""
        os.close(self._descriptor)
