"""Identities: a result has the hash of all that it follows from, and is made once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from afil_core.saliency.provenance import InputFile

_BLOCK = 1 << 20


def digest(*parts: Any) -> str:
    """Hash of plain data.

    Returns:
        32 hexadecimal digits.
    """
    text = json.dumps(parts, sort_keys=True, ensure_ascii=False)
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def input_files(episode: Path, known: Mapping[str, InputFile]) -> dict[str, InputFile]:
    """The files of an episode's bag, each with its hash.

    Args:
        episode: Folder of the episode.
        known: Hashes of before; a file of the same size and time is not read again.
    """
    files = {}
    # What episode.yaml says (the task, who demonstrated) is no part of the recording.
    names = sorted(p for p in episode.iterdir() if p.is_file() and not p.name.startswith("."))
    for path in (p for p in names if p.name != "episode.yaml"):
        status = path.stat()
        before = known.get(path.name)
        same = before is not None and (before.size, before.modified_ns) == (
            status.st_size,
            status.st_mtime_ns,
        )
        hashed = before.hash if same and before is not None else _hash(path)
        files[path.name] = InputFile(
            size=status.st_size, modified_ns=status.st_mtime_ns, hash=hashed
        )
    return files


def _hash(path: Path) -> str:
    hashed = hashlib.blake2b(digest_size=16)
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            hashed.update(block)
    return hashed.hexdigest()
