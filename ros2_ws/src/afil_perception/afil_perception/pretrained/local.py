"""Which weights are on this machine; nothing is asked over the network."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path

from afil_perception.clips.identity import digest

_WHOLE = ("model.safetensors", "pytorch_model.bin")
_IN_PARTS = ("model.safetensors.index.json", "pytorch_model.bin.index.json")


def local_weights(model: str) -> Path | None:
    """The folder of a model of transformers, if all of it is on this machine.

    A download that was cut off does not count.

    Args:
        model: Folder, or name on the Hugging Face hub.
    """
    folder = Path(model).expanduser()
    if not folder.is_dir():
        found = _fetched(model)
        if found is None:
            return None
        folder = found
    return folder if _is_whole(folder) else None


def weights_identity(model: str) -> str:
    """Says which weights a folder holds now; empty for a name on the hub, which says it itself."""
    folder = Path(model).expanduser()
    if not folder.is_dir():
        return ""
    files = sorted(path for path in folder.iterdir() if path.is_file())
    return digest([(p.name, p.stat().st_size, p.stat().st_mtime_ns) for p in files])


def _fetched(model: str) -> Path | None:
    if find_spec("huggingface_hub") is None:
        return None
    from huggingface_hub import try_to_load_from_cache
    from huggingface_hub.errors import HFValidationError

    try:
        found = try_to_load_from_cache(model, "config.json")
    except HFValidationError:
        return None
    return Path(found).parent if isinstance(found, str) else None


def _is_whole(folder: Path) -> bool:
    if not (folder / "config.json").is_file():
        return False
    if any((folder / name).is_file() for name in _WHOLE):
        return True
    return any(_has_parts(folder, folder / name) for name in _IN_PARTS)


def _has_parts(folder: Path, index: Path) -> bool:
    try:
        parts = json.loads(index.read_text(encoding="utf-8"))["weight_map"].values()
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False
    return all((folder / name).is_file() for name in set(parts))
