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
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import cv2
import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from afil_core.saliency import KeyObject, Rle
from afil_core.schema import Schema

Map = NDArray[np.float32]

SIGMA_ARM = 30 / 640
SIGMA_DRIVING = 20 / 320

_EPSILON = 1e-8
_SMALLEST = 1e-15
_BY_MASK = {"center": False, "box": False, "mask": True}
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
            standard deviation of the box's own extent along each axis; ``mask``: the mask, with
            an edge as soft as the Gaussian; as ``box`` for objects without a mask.
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
    shape: Literal["center", "box", "mask"] = "center"
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
        float32 [H, W] in [0, 1]; all zeros when no step of the window has an object.
    """
    return MapRenderer(config, image_size, map_size).map(objects)


def to_uint8(saliency: Map) -> NDArray[np.uint8]:
    """A map in [0, 1] as gray levels 0 to 255, uint8 [H, W]."""
    return np.asarray(cv2.convertScaleAbs(saliency, alpha=255.0), dtype=np.uint8)


@dataclass
class _Drawn:
    """The kernels of one frame, drawn once for all maps that have the frame in their window.

    Attributes:
        objects: Of the frame.
        sigma: Of the kernels, px.
        sum: float32 [H, W], the sum of the kernels.
        span: Difference of its greatest and its least value.
    """

    objects: tuple[KeyObject, ...]
    sigma: float
    sum: Map
    span: float


class MapRenderer:
    """Renders map after map of one size in the same memory.

    A map is a weighted sum of frames, scaled to [0, 1]. What scaling a frame subtracts, scaling
    the sum subtracts again: frames enter as they are, by their weight over their span.

    Args:
        config: The maps' parameters, with a sigma.
        image_size: Height and width of the images in pixels.
        map_size: Height and width of the maps; the images' by default.
    """

    def __init__(
        self,
        config: SaliencyConfig,
        image_size: tuple[int, int],
        map_size: tuple[int, int] | None = None,
    ) -> None:
        if config.sigma_fraction is None:
            raise ValueError("a map needs a sigma: take for_scene() of the parameters")
        self._config = config
        self._sigma = config.sigma_fraction * image_size[1]
        self._image_size = image_size
        # What is asked of the system anew for each map costs more than all arithmetic.
        self._total: Map = np.zeros(map_size or image_size, np.float32)
        self._drawn: deque[_Drawn] = deque(maxlen=len(config.offsets))

    def map(self, objects: Mapping[int, Sequence[KeyObject]]) -> Map:
        """As :func:`saliency_map`; the next map is written over it."""
        low, scale = self._sum(objects)
        total = self._total
        total -= low
        total *= scale
        return total

    def gray(self, objects: Mapping[int, Sequence[KeyObject]]) -> NDArray[np.uint8]:
        """The map as gray levels, uint8 [H, W], in memory of its own."""
        low, scale = self._sum(objects)
        levels = cv2.convertScaleAbs(self._total, alpha=255 * scale, beta=-255 * scale * low)
        return np.asarray(levels, dtype=np.uint8)

    def _sum(self, objects: Mapping[int, Sequence[KeyObject]]) -> tuple[float, float]:
        """Write the weighted sum of the window; its least value, and what scales it to [0, 1]."""
        config, total = self._config, self._total
        parts = []
        for step in config.offsets:
            near = tuple(objects.get(step, ()))
            if near:
                drawn = self._frame(near, self._sigma * config.beta ** -abs(step))
                weight = config.alpha ** abs(step)
                parts.append((drawn.sum, weight / drawn.span if config.frame_min_max else weight))
        if not parts:
            total[:] = 0.0
            return 0.0, 0.0
        (first, weight), *others = parts
        np.multiply(first, np.float32(weight), out=total)
        for other, weight in others:
            cv2.scaleAdd(other, weight, total, dst=total)
        low, high = _range(total)
        return low, 1.0 / _span(low, high)

    def _frame(self, objects: tuple[KeyObject, ...], sigma: float) -> _Drawn:
        for index, known in enumerate(self._drawn):
            if known.sigma == sigma and known.objects == objects:
                # The oldest makes room, so that none of this window does.
                del self._drawn[index]
                self._drawn.append(known)
                return known
        is_full = len(self._drawn) == self._drawn.maxlen
        place = self._drawn.popleft().sum if is_full else np.empty_like(self._total)
        self._draw(objects, sigma, place)
        drawn = _Drawn(objects, sigma, place, _span(*_range(place)))
        self._drawn.append(drawn)
        return drawn

    def _draw(self, objects: Sequence[KeyObject], sigma: float, frame: Map) -> None:
        """The sum of the objects' kernels; Gaussians as one product of their two axes."""
        config, image_size = self._config, self._image_size
        size = (int(frame.shape[0]), int(frame.shape[1]))
        masks: list[Rle] = []
        if _BY_MASK[config.shape]:
            masks = [o.mask for o in objects if o.mask is not None]
            objects = [o for o in objects if o.mask is None]
        boxes = np.array([o.box for o in objects], dtype=np.float32).reshape(-1, 4)
        rows = _axis(boxes[:, 1], boxes[:, 3], sigma, image_size[0], size[0], config)
        columns = _axis(boxes[:, 0], boxes[:, 2], sigma, image_size[1], size[1], config)
        np.matmul(rows.T, columns, out=frame)
        for mask in masks:
            frame += _soft(mask, sigma, image_size, size, config)


def _axis(
    low: Map, high: Map, sigma: float, image_length: int, map_length: int, config: SaliencyConfig
) -> Map:
    """Gaussians along one axis, [N, L]; coordinates in pixels of the image."""
    spread = np.full(low.shape, sigma, np.float32)
    if config.shape != "center":
        spread = np.maximum(spread, (high - low) * np.float32(_BOX_SIGMA))
    # pixel centers: pixel i of the map covers [i, i + 1) * image_length / map_length
    x = (np.arange(map_length, dtype=np.float32) + 0.5) * np.float32(image_length / map_length)
    middle = (low + high) / 2
    away = (x - middle[:, np.newaxis]) / spread[:, np.newaxis]
    np.multiply(away, away, out=away)
    away *= -0.5
    axis: Map = np.exp(away, out=away)
    # Products of smaller ones are denormal, at which a processor takes its time.
    axis[axis < _SMALLEST] = 0.0
    if config.kernel == "sum":
        axis /= spread[:, np.newaxis] * np.float32(math.sqrt(2 * math.pi))
    return axis


def _soft(
    mask: Rle,
    sigma: float,
    image_size: tuple[int, int],
    map_size: tuple[int, int],
    config: SaliencyConfig,
) -> Map:
    """A mask with an edge as soft as the Gaussian."""
    height, width = map_size
    pixels: NDArray[Any] = mask.mask().astype(np.float32)
    if mask.size != map_size:
        pixels = cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA)
    blurred = cv2.GaussianBlur(
        pixels, (0, 0), sigmaX=sigma * width / image_size[1],
        sigmaY=sigma * height / image_size[0], borderType=cv2.BORDER_CONSTANT,
    )  # fmt: skip
    soft: Map = np.asarray(blurred, dtype=np.float32)
    if config.kernel == "sum":
        # of one pixel of the image, as the Gaussians' is
        per_pixel = (height * width) / (image_size[0] * image_size[1])
        return soft * (per_pixel / max(float(pixels.sum()), _EPSILON))
    return soft / max(float(soft.max()), _EPSILON)


def _range(values: Map) -> tuple[float, float]:
    low, high, _, _ = cv2.minMaxLoc(values)
    return float(low), float(high)


def _span(low: float, high: float) -> float:
    """What scales values to [0, 1] when they are divided by it; infinite for even ones."""
    # Sum-normalised kernels are small numbers: epsilon must not weigh against them.
    return (high - low + _EPSILON * high) if high > low else math.inf
