"""Prompts: texts in files, which users replace by their own."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from afil_core.errors import AfilError
from afil_perception.vlm.vlm import Vlm


def read_prompt(path: str, shipped: str) -> str:
    """The text of a prompt.

    Args:
        path: File of the user; empty for the shipped one.
        shipped: Name of the shipped one.

    Raises:
        AfilError: When the file can't be read, or is empty.
    """
    if not path:
        name = f"prompts/{shipped}.txt"
        return files("afil_perception.vlm").joinpath(name).read_text(encoding="utf-8")
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise AfilError(f"prompt {path} cannot be read ({reason}); correct its path") from error
    if not text.strip():
        raise AfilError(f"prompt {path} is empty; write one, or leave the key prompt out")
    return text


def needed(vlm: Vlm | None, stage: str) -> Vlm:
    """The VLM of a stage that can't do without.

    Raises:
        AfilError: When none is chosen.
    """
    if vlm is None:
        raise AfilError(
            f"{stage}: vlm asks a vision-language model, but the configuration chooses none; add "
            f"vlm: <name> to it, or choose {stage}: instruction, which needs no model"
        )
    return vlm
