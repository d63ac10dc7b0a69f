"""Where a policy looks, in maps of one scale."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from afil_policy.encoders.base import Features

# Below this range a map counts as flat: it is far under float32's resolution of a softmax peak.
_FLAT = 1e-12


def min_max(maps: Tensor) -> Tensor:
    """Scale each map to [0, 1]; a flat map becomes all zeros, without NaN in its gradient.

    Args:
        maps: float32 [B, H, W].

    Returns:
        float32 [B, H, W].
    """
    low = maps.amin(dim=(1, 2), keepdim=True)
    span = maps.amax(dim=(1, 2), keepdim=True) - low
    # Divided by infinity, a flat map is all zeros.
    return (maps - low) / span.masked_fill(span <= _FLAT, torch.inf)


def attention_map(
    features: Features, temperature: float, size: tuple[int, int] | None = None
) -> Tensor:
    """Where a policy looks: the encoder's own attention, or else :func:`predict_attention`.

    Args:
        features: What the encoder found.
        temperature: tau, above 0; used where the encoder has no attention of its own.
        size: Height and width to upsample to (bicubic); None keeps h x w.

    Returns:
        float32 [B, H, W] in [0, 1].
    """
    if features.attention is None:
        return predict_attention(features.map, temperature, size)
    return min_max(_upsampled(features.attention[:, None], size)[:, 0])


def predict_attention(
    features: Tensor, temperature: float, size: tuple[int, int] | None = None
) -> Tensor:
    """Predicted attention of a convolutional policy, read off its last feature map.

    With z the last feature map: s = sum_c |z_c|, m = softmax over positions of s / tau,
    g_hat = minmax01(upsample(m)). Source: GABRIL (arXiv 2507.19647) and AutoFocus-IL
    (arXiv 2511.18617).

    Args:
        features: z, float32 [B, C, h, w].
        temperature: tau, above 0.
        size: Height and width to upsample to (bicubic); None keeps h x w.

    Returns:
        float32 [B, H, W] in [0, 1]: minimum 0 and maximum 1 per sample, or all zeros where z
        has the same magnitude everywhere.
    """
    strength = features.abs().sum(dim=1)
    # Only ratios count after min-max, so what the softmax divides by is left out; the peak at 1
    # keeps a spread-out map above _FLAT.
    peak = strength.amax(dim=(1, 2), keepdim=True).detach()
    share = ((strength - peak) / temperature).exp_()
    return min_max(_upsampled(share[:, None], size)[:, 0])


def _upsampled(maps: Tensor, size: tuple[int, int] | None) -> Tensor:
    if size is None:
        return maps
    return functional.interpolate(maps, size=size, mode="bicubic", align_corners=False)
