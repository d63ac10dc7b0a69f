"""From a configuration's choice to a VLM with all that is wrapped around one."""

from __future__ import annotations

from pathlib import Path

from afil_core.registry import Selection
from afil_perception.clips.identity import digest
from afil_perception.pipeline.backend import identifying
from afil_perception.vlm.cached import CachedVlm
from afil_perception.vlm.vlm import Vlm

VLM_FOLDER = "vlm"


def open_vlm(selection: Selection[Vlm] | None, cache: Path | None) -> Vlm | None:
    """Make the chosen VLM.

    Args:
        selection: The choice; None for no VLM.
        cache: Folder for answers and for what they cost; None to ask anew each time.

    Raises:
        AfilError: When it can't be made.
    """
    if selection is None:
        return None
    vlm = selection.build()
    # Each wrapper is a Vlm around a Vlm; the cache goes last, so that what it has costs nothing.
    if cache is not None:
        vlm.share(cache)
        vlm = CachedVlm(
            vlm,
            digest(identifying(selection), *([vlm.content] if vlm.content else [])),
            cache / VLM_FOLDER,
        )
    return vlm
