"""Where a bag's chunks are written: at once, or by a thread beside what makes them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from queue import SimpleQueue

Work = Callable[[], None]


class Direct:
    """Does everything at once; what the disk refuses is kept for :meth:`finish`."""

    def __init__(self) -> None:
        self.error: Exception | None = None
        self._left: list[Work] = []

    @property
    def backlog(self) -> int:
        """Nothing waits."""
        return 0

    def put(self, work: Work, size: int) -> None:
        """Do it; raises the disk's OSError."""
        del size
        self._left.append(work)
        try:
            self.finish()
        except OSError as error:
            self.error = error
            raise

    def finish(self) -> None:
        """Do what was refused before; raises the disk's OSError."""
        while self._left:
            self._left[0]()
            del self._left[0]
        self.error = None


class Background(Direct):
    """Does everything in a thread, so that a disk that hesitates keeps nobody waiting.

    What the disk refuses, and all that comes after it, is kept for :meth:`finish`.
    """

    def __init__(self) -> None:
        super().__init__()
        self._queue: SimpleQueue[tuple[Work, int] | None] = SimpleQueue()
        # Each is counted by one thread alone.
        self._put = self._done = 0
        self._thread: threading.Thread | None = threading.Thread(
            target=self._run, name="bag writer", daemon=True
        )
        self._thread.start()

    @property
    def backlog(self) -> int:
        """Bytes that wait."""
        return self._put - self._done

    def put(self, work: Work, size: int) -> None:
        """Let the thread do it."""
        self._put += size
        self._queue.put((work, size))

    def finish(self) -> None:
        """End the thread and do what it could not; raises the disk's OSError."""
        if self._thread is not None:
            self._queue.put(None)
            self._thread.join()
            self._thread = None
        super().finish()

    def _run(self) -> None:
        while (item := self._queue.get()) is not None:
            work, size = item
            if self.error is None:
                try:
                    work()
                except Exception as error:  # noqa: BLE001 (a dead thread would lose all that comes)
                    self.error = error
            if self.error is not None:
                self._left.append(work)
                continue
            self._done += size
