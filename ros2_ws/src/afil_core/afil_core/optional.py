"""Packages that only some choices need."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from afil_core.errors import AfilError


def optional(module: str, who: str, command: str = "") -> Any:
    """Import a module of a package that AFIL runs without.

    Args:
        module: Its name, e.g. ``transformers`` or ``diffusers.models.embeddings``.
        who: What needs it, for the sentence, e.g. ``head 'diffusion'``.
        command: What installs it, where that is another command than for most.

    Raises:
        AfilError: When the package is not installed, or can't be imported here.
    """
    try:
        return import_module(module)
    except ImportError as error:
        package = module.partition(".")[0]
        usual = (
            f"`pip install {package}`, or `pip install -r requirements-models.txt` for all "
            "optional packages in the versions that were tested"
        )
        raise AfilError(
            f"{who} needs the Python package {package}, which can't be imported here ({error}); "
            f"run {f'`{command}`' if command else usual}"
        ) from error
