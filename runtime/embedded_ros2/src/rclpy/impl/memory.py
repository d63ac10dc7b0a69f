"""Keeps the memory of big messages in the process between messages.

glibc gives every block above its threshold back to the kernel at once, and a fresh one costs a
page fault per 4 KiB: for a camera image that is several times the cost of copying it.
"""

from __future__ import annotations

import ctypes
from contextlib import suppress

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3
_KEEP_BYTES = 64 << 20
_BIGGEST_KEPT_BLOCK = 16 << 20


def keep_big_blocks() -> None:
    """Tell glibc to reuse big blocks; other C libraries are left alone."""
    with suppress(OSError, AttributeError):
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(_M_MMAP_THRESHOLD, _BIGGEST_KEPT_BLOCK)
        mallopt(_M_TRIM_THRESHOLD, _KEEP_BYTES)
