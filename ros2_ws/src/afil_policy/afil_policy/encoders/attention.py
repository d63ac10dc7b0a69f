"""Where a policy looks, in maps of one scale."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.autograd import Function
from torch.autograd.function import once_differentiable
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
    flat = maps.flatten(1)
    # Two reductions of flat maps take a third of the time of torch.aminmax.
    low, high = flat.amin(dim=1, keepdim=True), flat.amax(dim=1, keepdim=True)
    return ((flat - low) / _divisor(high - low)).view(maps.shape)


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
    strength: Tensor = _Strength.apply(features)
    if size is None:
        found: Tensor = _Relative.apply(strength, temperature)
        return found
    # Only ratios count after min-max, so what the softmax divides by is left out; the peak at 1
    # keeps a spread-out map above _FLAT.
    peak = strength.amax(dim=(1, 2), keepdim=True).detach()
    share = ((strength - peak) / temperature).exp_()
    return min_max(_upsampled(share[:, None], size)[:, 0])


class _Strength(Function):
    """s = sum_c |z_c|; its gradient takes one pass over z instead of two, and keeps its layout.

    Where z is exactly 0 the gradient is that of -z.
    """

    @staticmethod
    def forward(ctx: Any, features: Tensor) -> Tensor:
        """Float32 [B, h, w] of [B, C, h, w]."""
        ctx.save_for_backward(features)
        # The distance from 0 of each cell, as channels_last has them: no |z| is written.
        cells = features.permute(0, 2, 3, 1).flatten(0, 2)
        found = torch.cdist(cells, cells.new_zeros(1, cells.shape[1]), p=1)
        return found.view(len(features), *features.shape[2:])

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> Tensor:
        """Sign(z) times the gradient: that of a leaky ReLU with slope -1, which is |z|."""
        (features,) = ctx.saved_tensors
        each = grad.to(features.dtype)[:, None].expand_as(features)
        return torch.ops.aten.leaky_relu_backward(each, features, -1.0, False)  # type: ignore[no-any-return]


class _Relative(Function):
    """minmax01(exp(s / tau)) of each map; a flat one becomes all zeros.

    With e = exp((s - max s) / tau): g = (e - e_low) / (1 - e_low).
    """

    @staticmethod
    def forward(ctx: Any, strength: Tensor, temperature: float) -> Tensor:
        """Float32 [B, h, w] of the same."""
        flat = strength.flatten(1)
        peak, top = flat.max(dim=1, keepdim=True)
        _, bottom = flat.min(dim=1, keepdim=True)
        share = (flat - peak).div_(temperature).exp_()
        low = share.gather(1, bottom)
        span = _divisor(1 - low)
        found = (share - low).div_(span)
        ctx.temperature = temperature
        ctx.save_for_backward(found, share, span, top, bottom)
        return found.view(strength.shape)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, None]:
        """All cells move both ends of the scale, which are one cell each."""
        found, share, span, top, bottom = ctx.saved_tensors
        each = grad.flatten(1)
        pulled = (each * found).sum(dim=1, keepdim=True)
        moved = each.scatter_add(1, top, -pulled)
        moved.scatter_add_(1, bottom, pulled - each.sum(dim=1, keepdim=True))
        moved.mul_(share).div_(span * ctx.temperature)
        return moved.view(grad.shape), None


def _divisor(span: Tensor) -> Tensor:
    # Divided by infinity, a flat map is all zeros.
    return span.masked_fill(span <= _FLAT, torch.inf)


def _upsampled(maps: Tensor, size: tuple[int, int] | None) -> Tensor:
    if size is None:
        return maps
    return functional.interpolate(maps, size=size, mode="bicubic", align_corners=False)
