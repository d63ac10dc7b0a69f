"""Identity of an episode, cheap enough to take at every start."""

from __future__ import annotations

import hashlib
from pathlib import Path

# Reading whole bags would take minutes. episode.yaml (when it was recorded) and perception.yaml
# (with what parameters) go in whole; of a bag, its size and its index at the end of the file.
_TAIL_BYTES = 1 << 16


def fingerprint(episode: Path) -> str:
    """SHA-256 over names, sizes and tails of all files of an episode, sidecars included.

    Args:
        episode: Its folder.

    Returns:
        64 hexadecimal digits; the same for a copy of the dataset elsewhere.
    """
    digest = hashlib.sha256()
    for path in sorted(p for p in episode.rglob("*") if p.is_file()):
        size = path.stat().st_size
        name = path.relative_to(episode.parent).as_posix()
        if "/." in name:
            continue  # a sidecar that is being written
        digest.update(f"{name}\0{size}\0".encode())
        with path.open("rb") as file:
            file.seek(max(0, size - _TAIL_BYTES))
            digest.update(file.read())
    return digest.hexdigest()
