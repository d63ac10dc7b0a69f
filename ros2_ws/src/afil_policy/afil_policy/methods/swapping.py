"""Images of which what is not salient comes from another episode."""

from __future__ import annotations

import torch
from pydantic import Field
from torch import Tensor

from afil_policy.data.batch import Batch
from afil_policy.methods.part import Part


class SwapConfig(Part.Config):
    """Options of a part that swaps.

    Attributes:
        level: Saliency from which on a place is kept whole; below it is mixed.
    """

    level: float = Field(0.25, gt=0, le=1)


def swapped(batch: Batch, level: float) -> dict[str, Tensor]:
    """x~ = k x + (1 - k) x', with k = min(1, max(g, g') / level) and x', g' of another episode.

    Where the other episode has a key object nothing is taken from it: a second one of its kind
    would make another scene, for which nobody demonstrated an action.

    Args:
        batch: With ``partner`` and ``saliency_history``.
        level: Saliency from which on a place is kept whole.

    Returns:
        Images by camera, float32 [B, T, C, H, W]. A frame of which nothing is known to be
        salient stays as it is.
    """
    if batch.partner is None or not batch.saliency_history:
        raise ValueError("swapping needs saliency maps and partners in every batch")
    images, theirs = dict(batch.images), batch.partner.saliency_history
    for camera, maps in batch.saliency_history.items():
        kept = (torch.maximum(maps, theirs[camera]) / level).clamp(max=1)
        empty = maps.amax(dim=(2, 3), keepdim=True) <= 0
        kept = kept.masked_fill(empty, 1.0)[:, :, None]
        images[camera] = batch.partner.images[camera].lerp(images[camera], kept)
    return images
