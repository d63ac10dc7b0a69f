"""What the C library does with memory that was freed."""

from __future__ import annotations

import ctypes

# Of glibc's malloc.h.
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
_KEPT_BYTES = 1 << 30


def keep_freed_memory() -> bool:
    """Let glibc keep up to 1 GB of freed memory for the next who asks.

    By default it returns what is larger than some MB to the system at once. A loop that takes and
    frees the same large arrays in every step then pays for each of their pages every time.

    Returns:
        Whether the C library can do that; where not, nothing changes.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:
        return False
    both = [mallopt(_MMAP_THRESHOLD, _KEPT_BYTES), mallopt(_TRIM_THRESHOLD, _KEPT_BYTES)]
    return all(both)
