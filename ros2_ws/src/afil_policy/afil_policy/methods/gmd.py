"""Gaze-modulated dropout on the last feature map."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

import torch
from pydantic import Field
from torch import Tensor
from torch.nn import functional

from afil_policy.data.batch import Needs
from afil_policy.encoders.attention import min_max
from afil_policy.encoders.base import Features
from afil_policy.methods.imitation import Imitation
from afil_policy.methods.part import Part, repeated

# A lower peak shows no key object: a target has 0 or about 1, a prediction never quite 0.
_FAINT = 0.1


class ModulationConfig(Part.Config):
    """Options of gaze-modulated dropout.

    Attributes:
        floor: Probability with which the least salient place is kept.
    """

    floor: float = Field(0.3, ge=0, le=1)


def keep_probability(saliency: Tensor, size: tuple[int, int], floor: float) -> Tensor:
    """K = (1 - floor) * minmax01(resize(g)) + floor, and 1 where g is flat or faint.

    Args:
        saliency: g, float32 [B, H, W].
        size: Height and width of the feature map.
        floor: Probability of the least salient place.

    Returns:
        float32 [B, 1, h, w].
    """
    small = functional.interpolate(
        saliency[:, None], size, mode="bilinear", align_corners=False, antialias=True
    )[:, 0]
    kept = (1 - floor) * min_max(small) + floor
    # A frame without a key object says nothing about where to look.
    silent = saliency.amax(dim=(1, 2), keepdim=True) < _FAINT
    silent |= small.amax(dim=(1, 2), keepdim=True) <= small.amin(dim=(1, 2), keepdim=True)
    return torch.where(silent, torch.ones_like(kept), kept)[:, None]


def modulated(z: Tensor, kept: Tensor, *, training: bool) -> Tensor:
    """Drop parts of z.

    In training z * 1[U < K], with one U for all channels and no rescaling; else z * K.
    """
    return z * (torch.rand_like(kept) < kept).to(z.dtype) if training else z * kept


class Modulation(Part):
    """K = 0.7 minmax01(resize(g)) + 0.3; in training z <- z * 1[U < K], at test z <- z * K.

    z is the last feature map, g the map of the newest frame, U uniform and shared by all
    channels. Source: Chen et al., "Gaze Training by Modulated Dropout Improves Imitation
    Learning" (arXiv 1904.08377), on the last map as in GABRIL (arXiv 2507.19647), scaled for
    each sample and K = 1 without a key object as in AutoFocus-IL's released code. At test time
    the policy's own predictor says where g would be; what it shows faintly counts as nothing.
    """

    class Config(ModulationConfig):
        """Options: floor."""

    needs: ClassVar[Needs] = Needs(saliency=True, saliency_history=True)
    guided: ClassVar[bool] = True
    config: Config

    def features(
        self,
        features: Mapping[str, Features],
        images: Mapping[str, Tensor],
        saliency: Mapping[str, Tensor],
    ) -> dict[str, Features]:
        """The features with parts of their map dropped."""
        del images
        found = {}
        for camera, each in features.items():
            z = each.map
            size = (z.shape[2], z.shape[3])
            kept = keep_probability(saliency[camera][:, -1], size, self.config.floor)
            kept = repeated(kept, len(z))
            found[camera] = replace(each, map=modulated(z, kept, training=self.training))
        return found


class Gmd(Imitation):
    """See :class:`Modulation`."""

    part: ClassVar[type[Part]] = Modulation
    needs_saliency: ClassVar[bool] = True

    Config = Modulation.Config
