"""Prompts: texts in files, one for each stage and scene, which users replace by their own."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from afil_core.errors import AfilError
from afil_perception.clips.scene import Scene
from afil_perception.vlm.vlm import Vlm

# Number of the shipped prompts. A changed text is a new file with the next number.
PROMPT_VERSION = 1


class Prompts:
    """The prompt of a stage for each scene.

    Args:
        stage: ``describe`` or ``filter``.
        path: File of the user, for whatever scene; empty for the shipped ones.

    Raises:
        AfilError: When the file can't be read, or is empty.
    """

    def __init__(self, stage: str, path: str) -> None:
        self._stage = stage
        self._own = _read(path) if path else ""

    def text(self, scene: Scene) -> str:
        """The prompt for a scene."""
        return self._own or shipped_prompt(f"{self._stage}_{scene}")


def shipped_prompts() -> list[str]:
    """Names of the shipped prompts."""
    end = f"_{PROMPT_VERSION}.txt"
    folder = files("afil_perception.vlm").joinpath("prompts")
    return sorted(p.name.removesuffix(end) for p in folder.iterdir() if p.name.endswith(end))


def shipped_prompt(name: str) -> str:
    """Text of a shipped prompt.

    Raises:
        AfilError: When there is none of that name.
    """
    if name not in shipped_prompts():
        raise AfilError(f"there is no prompt '{name}'; known: {', '.join(shipped_prompts())}")
    place = files("afil_perception.vlm").joinpath(f"prompts/{name}_{PROMPT_VERSION}.txt")
    return place.read_text(encoding="utf-8")


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


def _read(path: str) -> str:
    try:
        text = Path(path).expanduser().read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise AfilError(f"prompt {path} cannot be read ({reason}); correct its path") from error
    if not text.strip():
        raise AfilError(f"prompt {path} is empty; write one, or leave the key prompt out")
    return text
