"""How far a predicted attention map is from a saliency map."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import torch
from pydantic import Field
from torch import Tensor
from torch.nn import functional

from afil_policy.data.masked_mean import masked_mean
from afil_policy.encoders.attention import min_max
from afil_policy.methods.part import Part

_EPS = 1e-6
Distance = Literal["mse", "l1", "kl", "js", "tv"]


class AlignmentConfig(Part.Config):
    """Options of a part that pulls attention to saliency.

    Attributes:
        weight: lambda of its term; zero gives plain behavior cloning.
        distance: Between the maps g and g_hat, both in [0, 1]: ``mse``, the mean of
            (g - g_hat)^2; ``l1``, of |g - g_hat|. Of the maps divided by their sums, p and q:
            ``kl``, KL(p || q) = sum p log(p / q), from the target to the prediction; ``js``,
            (KL(p || m) + KL(q || m)) / 2 with m = (p + q) / 2; ``tv``, sum |p - q| / 2. Their
            sizes differ, so lambda goes with the distance.
        resolution: Where maps are compared: ``map`` (the target is averaged down to the feature
            map) or ``image`` (the prediction is upsampled bicubically, as published).
        skip_empty: Whether frames without a key object are left out; the published code
            regularizes them towards zero.
    """

    weight: float = Field(20.0, ge=0)
    distance: Distance = "mse"
    resolution: Literal["map", "image"] = "map"
    skip_empty: bool = True

    @property
    def at_image(self) -> bool:
        """Whether maps are compared at the image's size."""
        return self.resolution == "image"


def target_at(saliency: Tensor, size: tuple[int, int]) -> Tensor:
    """Saliency maps float32 [B, H, W] averaged down to a feature map, in [0, 1] again."""
    batch, height, width = saliency.shape
    rows, columns = size
    if (height, width) == size:
        small = saliency
    elif height % rows == 0 and width % columns == 0:
        # Row by row first: a third of the time of torch's pooling.
        halved = saliency.reshape(batch, rows, height // rows, width).sum(dim=2)
        small = halved.view(batch, rows, columns, width // columns).mean(dim=3)
    else:
        small = functional.adaptive_avg_pool2d(saliency, size)
    # Averaging lowers the peak, so the target is scaled to [0, 1] again like g_hat.
    return min_max(small)


def counted(saliency: Tensor, valid: Tensor | None, *, skip_empty: bool) -> Tensor | None:
    """Which of B samples a saliency loss counts, bool [B]; None for all.

    Args:
        saliency: float32 [B, H, W].
        valid: bool [B], where there is a map to learn from; None for everywhere.
        skip_empty: Whether maps of zeros do not count.
    """
    if not skip_empty:
        return valid
    found = saliency.flatten(1).amax(dim=1) > 0
    return found if valid is None else found & valid


def mean_distance(
    kind: Distance, attention: Tensor, target: Tensor, valid: Tensor | None
) -> Tensor:
    """Mean of :func:`distance` over samples.

    Args:
        kind: Which distance.
        attention: g_hat, float32 [B, h, w] in [0, 1].
        target: g, float32 [B, h, w] in [0, 1].
        valid: bool [B], which samples count; None for all.

    Returns:
        A scalar; zero when no sample counts.
    """
    per_sample = distance(kind, attention, target)
    return per_sample.mean() if valid is None else masked_mean(per_sample, valid)


def distance(kind: Distance, attention: Tensor, target: Tensor) -> Tensor:
    """How far two batches of maps are apart, float32 [B]; see :class:`AlignmentConfig`."""
    return _DISTANCES[kind](target, attention)


def _mse(target: Tensor, attention: Tensor) -> Tensor:
    return (attention - target).square().flatten(1).mean(dim=1)


def _l1(target: Tensor, attention: Tensor) -> Tensor:
    return (attention - target).abs().mean(dim=(1, 2))


def _tv(target: Tensor, attention: Tensor) -> Tensor:
    return (_share(target) - _share(attention)).abs().sum(dim=1) / 2


def _kl(target: Tensor, attention: Tensor) -> Tensor:
    return _divergence(_share(target), _share(attention))


def _js(target: Tensor, attention: Tensor) -> Tensor:
    p, q = _share(target), _share(attention)
    middle = (p + q) / 2
    return (_divergence(p, middle) + _divergence(q, middle)) / 2


def _share(maps: Tensor) -> Tensor:
    flat = maps.flatten(1)
    # A map of zeros has no distribution; it becomes zeros, without NaN.
    return flat / flat.sum(dim=1, keepdim=True).clamp(min=_EPS)


def _divergence(p: Tensor, q: Tensor) -> Tensor:
    return (p * torch.log((p + _EPS) / (q + _EPS))).sum(dim=1)


_DISTANCES: dict[Distance, Callable[[Tensor, Tensor], Tensor]] = {
    "mse": _mse,
    "l1": _l1,
    "kl": _kl,
    "js": _js,
    "tv": _tv,
}
