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
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from afil_perception.objects import Box
from afil_perception.pipeline.config import SaliencyConfig

Map = NDArray[np.float64]

_EPSILON = 1e-8
# A uniform distribution as wide as the box has this standard deviation, of the box's width.
_BOX_SIGMA = 1 / math.sqrt(12)


@dataclass(frozen=True)
class SaliencyParameters:
    """Everything the map depends on besides the key objects.

    Attributes:
        sigma_fraction: sigma_0 as a fraction of the image's width.
        alpha: Weight of a frame one step away, in [0, 1].
        beta: A frame one step away has sigma_0 / beta, beta in (0, 1].
        window: Steps back in time (and ahead, when not causal).
        causal: Whether only the past counts.
        kernel: ``peak``: each Gaussian has height 1; ``sum``: each has integral 1.
        shape: ``center``: a round Gaussian at the box's center; ``box``: one with at least the
            standard deviation of the box's own extent along each axis.
        frame_min_max: Whether each frame's map is scaled to [0, 1] before the sum over frames.
    """

    sigma_fraction: float
    alpha: float = 0.7
    beta: float = 1.0
    window: int = 1
    causal: bool = True
    kernel: str = "peak"
    shape: str = "center"
    frame_min_max: bool = True

    @classmethod
    def of(cls, config: SaliencyConfig, *, driving: bool) -> SaliencyParameters:
        """The parameters that a configuration means for a scene.

        Args:
            config: The configuration; its ``scene`` decides unless it is ``auto``.
            driving: Whether the episode is one of driving.
        """
        driving = config.scene == "driving" or (config.scene == "auto" and driving)
        return cls(
            sigma_fraction=(
                config.sigma_fraction_driving if driving else config.sigma_fraction_arm
            ),
            alpha=config.alpha,
            beta=config.beta,
            window=config.window,
            causal=config.causal,
            kernel=config.kernel,
            shape=config.shape,
            frame_min_max=config.frame_min_max,
        )

    @property
    def offsets(self) -> range:
        """The steps j of the window W."""
        return range(-self.window, 1 if self.causal else self.window + 1)


def saliency_map(
    boxes: Mapping[int, Sequence[Box]],
    image_size: tuple[int, int],
    parameters: SaliencyParameters,
    map_size: tuple[int, int] | None = None,
) -> Map:
    """The saliency map of one frame.

    Args:
        boxes: Kept boxes per step j of the window, 0 for the frame itself, in pixels of the
            image; steps that are missing or outside the window count as empty.
        image_size: Height and width of the image in pixels.
        parameters: The map's parameters.
        map_size: Height and width of the map; the image's by default.

    Returns:
        float64 [H, W] in [0, 1]; all zeros when no step of the window has a box.
    """
    height, width = map_size or image_size
    total = np.zeros((height, width))
    for step in parameters.offsets:
        near = boxes.get(step, ())
        if not near:
            continue
        sigma = parameters.sigma_fraction * image_size[1] * parameters.beta ** -abs(step)
        frame: Map = np.zeros((height, width))
        for box in near:
            frame += _kernel(box, sigma, image_size, (height, width), parameters)
        if parameters.frame_min_max:
            frame = _min_max(frame)
        total += parameters.alpha ** abs(step) * frame
    return _min_max(total)


def to_uint8(saliency: Map) -> NDArray[np.uint8]:
    """A map in [0, 1] as gray levels 0 to 255, uint8 [H, W]."""
    return np.rint(np.clip(saliency, 0.0, 1.0) * 255.0).astype(np.uint8)


def _kernel(
    box: Box,
    sigma: float,
    image_size: tuple[int, int],
    map_size: tuple[int, int],
    parameters: SaliencyParameters,
) -> Map:
    """One Gaussian, as the outer product of its two axes; x and y in pixels of the image."""
    axes = []
    for low, high, image_length, map_length in (
        (box[1], box[3], image_size[0], map_size[0]),
        (box[0], box[2], image_size[1], map_size[1]),
    ):
        sigma_axis = sigma
        if parameters.shape == "box":
            sigma_axis = max(sigma, (high - low) * _BOX_SIGMA)
        # pixel centers: pixel i of the map covers [i, i + 1) * image_length / map_length
        x = (np.arange(map_length) + 0.5) * (image_length / map_length)
        axis = np.exp(-0.5 * ((x - (low + high) / 2) / sigma_axis) ** 2)
        if parameters.kernel == "sum":
            axis /= sigma_axis * math.sqrt(2 * math.pi)
        axes.append(axis)
    return np.outer(axes[0], axes[1])


def _min_max(values: Map) -> Map:
    low, high = float(values.min()), float(values.max())
    if high <= low:
        return np.zeros_like(values)
    # sum-normalised kernels are small numbers: epsilon must not weigh against them
    return (values - low) / (high - low + _EPSILON * high)
