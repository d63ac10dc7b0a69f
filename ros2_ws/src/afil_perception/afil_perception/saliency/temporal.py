r"""The temporal Gaussian map as one pure function.

For frame t with kept boxes b_{t,p}, centers c_{t,p} and a window W of steps:

    g_t(x)  = sum_{j in W} alpha^|j| * sum_p K(x; c_{t+j,p}, sigma_j)
    sigma_j = sigma_0 * beta^-|j|
    map_t   = (g_t - min g_t) / (max g_t - min g_t + 1e-8)

This is the map of AutoFocus-IL (arXiv 2511.18617; the same structure as GABRIL's, arXiv
2507.19647). The papers' code has several readings of it; each difference is a parameter here.
The defaults are those that explain the maps the authors published best: peak-normalised kernels
of constant width, the frame and the one before it, alpha 0.7, each frame's map scaled to [0, 1]
before the sum and the sum after it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from afil_core.saliency import Box, KeyObject
from afil_core.schema import Schema

Map = NDArray[np.float64]

SIGMA_ARM = 30 / 640
SIGMA_DRIVING = 20 / 320

_EPSILON = 1e-8
# A uniform distribution as wide as the box has this standard deviation, of the box's width.
_BOX_SIGMA = 1 / math.sqrt(12)


class SaliencyConfig(Schema):
    """Everything that the map depends on besides the key objects.

    Attributes:
        sigma_fraction: sigma_0 as a fraction of the image's width; None goes by the scene
            (:meth:`for_scene`).
        alpha: Weight of a frame one step away.
        beta: A frame one step away has sigma_0 / beta; 1 keeps sigma constant.
        window: Steps back in time (and ahead, when not causal).
        causal: Whether only the past counts.
        kernel: ``peak``: each Gaussian has height 1; ``sum``: each has integral 1.
        shape: ``center``: a round Gaussian at the box's center; ``box``: one with at least the
            standard deviation of the box's own extent along each axis.
        frame_min_max: Whether each frame's map is scaled to [0, 1] before the sum over frames.
    """

    renamed = {
        "scene": "sigma_fraction",
        "sigma_fraction_arm": "sigma_fraction",
        "sigma_fraction_driving": "sigma_fraction",
    }

    sigma_fraction: float | None = Field(default=None, ge=1e-4, le=10.0)
    alpha: float = Field(default=0.7, ge=0.0, le=1.0)
    beta: float = Field(default=1.0, ge=1e-3, le=1.0)
    window: int = Field(default=1, ge=0)
    causal: bool = True
    kernel: Literal["peak", "sum"] = "peak"
    shape: Literal["center", "box"] = "center"
    frame_min_max: bool = True

    def for_scene(self, *, driving: bool) -> SaliencyConfig:
        """The same with a sigma: its own, or that of the scene.

        Args:
            driving: Whether the episode is one of driving, where more of the image matters.
        """
        if self.sigma_fraction is not None:
            return self
        return self.model_copy(update={"sigma_fraction": SIGMA_DRIVING if driving else SIGMA_ARM})

    @property
    def offsets(self) -> range:
        """The steps j of the window W."""
        return range(-self.window, 1 if self.causal else self.window + 1)


def saliency_map(
    objects: Mapping[int, Sequence[KeyObject]],
    image_size: tuple[int, int],
    config: SaliencyConfig,
    map_size: tuple[int, int] | None = None,
) -> Map:
    """The saliency map of one frame.

    Args:
        objects: Kept key objects per step j of the window, 0 for the frame itself; steps that
            are missing or outside the window count as empty.
        image_size: Height and width of the image in pixels.
        config: The map's parameters, with a sigma.
        map_size: Height and width of the map; the image's by default.

    Returns:
        float64 [H, W] in [0, 1]; all zeros when no step of the window has an object.
    """
    if config.sigma_fraction is None:
        raise ValueError("a map needs a sigma: take for_scene() of the parameters")
    height, width = map_size or image_size
    total = np.zeros((height, width))
    for step in config.offsets:
        near = objects.get(step, ())
        if not near:
            continue
        sigma = config.sigma_fraction * image_size[1] * config.beta ** -abs(step)
        frame: Map = np.zeros((height, width))
        for item in near:
            frame += _kernel(item.box, sigma, image_size, (height, width), config)
        if config.frame_min_max:
            frame = _min_max(frame)
        total += config.alpha ** abs(step) * frame
    return _min_max(total)


def to_uint8(saliency: Map) -> NDArray[np.uint8]:
    """A map in [0, 1] as gray levels 0 to 255, uint8 [H, W]."""
    return np.rint(np.clip(saliency, 0.0, 1.0) * 255.0).astype(np.uint8)


def _kernel(
    box: Box,
    sigma: float,
    image_size: tuple[int, int],
    map_size: tuple[int, int],
    config: SaliencyConfig,
) -> Map:
    """One Gaussian, as the outer product of its two axes; x and y in pixels of the image."""
    axes = []
    for low, high, image_length, map_length in (
        (box[1], box[3], image_size[0], map_size[0]),
        (box[0], box[2], image_size[1], map_size[1]),
    ):
        sigma_axis = sigma
        if config.shape == "box":
            sigma_axis = max(sigma, (high - low) * _BOX_SIGMA)
        # pixel centers: pixel i of the map covers [i, i + 1) * image_length / map_length
        x = (np.arange(map_length) + 0.5) * (image_length / map_length)
        axis = np.exp(-0.5 * ((x - (low + high) / 2) / sigma_axis) ** 2)
        if config.kernel == "sum":
            axis /= sigma_axis * math.sqrt(2 * math.pi)
        axes.append(axis)
    return np.outer(axes[0], axes[1])


def _min_max(values: Map) -> Map:
    low, high = float(values.min()), float(values.max())
    if high <= low:
        return np.zeros_like(values)
    # sum-normalised kernels are small numbers: epsilon must not weigh against them
    return (values - low) / (high - low + _EPSILON * high)
