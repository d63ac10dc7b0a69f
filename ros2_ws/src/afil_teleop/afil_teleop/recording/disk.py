"""Is there room for what is to be recorded?"""

from __future__ import annotations

import shutil
from collections import deque
from pathlib import Path

from afil_teleop.recording.findings import Finding

_DISK = "disk"
_SPARE_BYTES = 200_000_000
# In an episode: long enough to end it in order.
_SOON_S = 60.0
_WINDOW_NS = 5_000_000_000


class DiskWatch:
    """Follows the room that is left beside the rate at which messages come.

    Args:
        folder: Folder of the dataset, which need not be there yet.
        minutes: For how long a session there must be room.
    """

    def __init__(self, folder: Path, minutes: float) -> None:
        self._folder = folder
        self._minutes = minutes
        self._samples: deque[tuple[int, int]] = deque()

    def look(self, wall_ns: int, size: int) -> None:
        """Take how many bytes have come so far."""
        self._samples.append((wall_ns, size))
        while wall_ns - self._samples[0][0] > _WINDOW_NS:
            self._samples.popleft()

    @property
    def bytes_per_s(self) -> float:
        """How fast messages come; 0 while that is not known."""
        if len(self._samples) < 2:
            return 0.0
        (start_ns, start), (end_ns, end) = self._samples[0], self._samples[-1]
        return (end - start) * 1e9 / (end_ns - start_ns) if end_ns > start_ns else 0.0

    @property
    def free_bytes(self) -> int:
        """Room that is left where the dataset lies."""
        folder = next(p for p in (self._folder, *self._folder.absolute().parents) if p.exists())
        return shutil.disk_usage(folder).free

    def findings(self, *, before_start: bool) -> list[Finding]:
        """What is wrong now.

        Args:
            before_start: Whether a session is to begin; in an episode it is about its end.
        """
        free, rate = self.free_bytes, self.bytes_per_s
        seconds = 60 * self._minutes if before_start else _SOON_S
        # A dataset in a small place is recorded at a small rate.
        if free >= rate * seconds + min(_SPARE_BYTES, rate * seconds):
            return []
        lasts = f"room for {free / rate:.0f} s" if rate else "hardly any room"
        wanted = f", less than session_min:={self._minutes:g}" if before_start else ""
        text = (
            f"the disk of {self._folder} has {free / 1e6:.0f} MB left, {lasts} at "
            f"{rate / 1e6:.1f} MB/s{wanted}; free some space, or record with compression:=zstd"
        )
        return [Finding(_DISK, "disk", text)]
