"""Random changes of training images and their maps, as transforms of torchvision.

Each sample of a batch is changed in its own way, all its frames alike, and a saliency map moves
with its image. What is drawn comes from torch's global generator, as in all of torchvision.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torchvision import tv_tensors
from torchvision.transforms import InterpolationMode, v2

from afil_policy.data.config import AugmentationConfig


class RandomShift(v2.Transform):
    """Moves each sample in x and y; the border of an image repeats, that of a map is zero.

    Args:
        pixels: Largest shift.
    """

    def __init__(self, pixels: int) -> None:
        super().__init__()
        self._pixels = pixels

    def make_params(self, flat_inputs: list[Any]) -> dict[str, Any]:
        """Where each sample is cut out of its padded self."""
        corners = torch.randint(2 * self._pixels + 1, (len(flat_inputs[0]), 2))
        return {"corners": corners.tolist()}

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        """Shift float32 [B, ..., H, W]."""
        height, width = inpt.shape[-2:]
        # A border has no key object.
        mode = "constant" if isinstance(inpt, tv_tensors.Mask) else "edge"
        padded = v2.functional.pad(inpt, [self._pixels], padding_mode=mode)
        moved = [
            sample[..., top : top + height, left : left + width]
            for sample, (top, left) in zip(padded, params["corners"], strict=True)
        ]
        return tv_tensors.wrap(torch.stack(moved), like=inpt)


class RandomPhotometric(v2.Transform):
    """Changes brightness and contrast of each sample, clamped to [-1, 1]; maps stay as they are.

    Args:
        brightness: Largest offset, as a share of the full range.
        contrast: Largest relative change of the distance to the image's mean.
    """

    _transformed_types = (tv_tensors.Image,)

    def __init__(self, brightness: float, contrast: float) -> None:
        super().__init__()
        self._brightness = brightness
        self._contrast = contrast

    def make_params(self, flat_inputs: list[Any]) -> dict[str, Any]:
        """A number in [-1, 1) for each sample's contrast and brightness."""
        image = flat_inputs[0]
        contrast, brightness = torch.rand(2, len(image), *[1] * (image.dim() - 1)) * 2 - 1
        return {"contrast": contrast, "brightness": brightness}

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        """Change float32 [B, ...] in [-1, 1]."""
        image = inpt.as_subclass(Tensor)
        mean = image.mean(dim=tuple(range(1, image.dim())), keepdim=True)
        # Drawn on the processor, so that a seed means the same on all devices.
        drawn = {k: v.to(image.device, non_blocking=True) for k, v in params.items()}
        # As few passes over a batch of images as there can be, for each costs as much as the
        # arithmetic: contrast * (image - mean) + mean + brightness, whose full range spans 2.
        contrast = 1 + self._contrast * drawn["contrast"]
        offset = mean * (1 - contrast) + 2 * self._brightness * drawn["brightness"]
        # torch.addcmul takes three times as long where it has to broadcast.
        changed = image.mul(contrast).add_(offset).clamp_(-1, 1)
        return tv_tensors.wrap(changed, like=inpt)


class EachSample(v2.Transform):
    """Applies a transform to each sample with numbers of its own: torchvision draws once a call.

    Args:
        inner: The transform, of images in [0, 1].
        moves: Whether it moves what is in the image, so that maps have to follow.
    """

    def __init__(self, inner: v2.Transform, *, moves: bool) -> None:
        super().__init__()
        self._inner = inner
        self._moves = moves

    def forward(self, *inputs: Any) -> Any:
        """Change [images, maps] or [images]: each float32 [B, ..., H, W]."""
        (sample,) = inputs
        parts = sample if self._moves else sample[:1]
        changed: list[list[Tensor]] = []
        for image, *maps in zip(*(p.as_subclass(Tensor) for p in parts), strict=True):
            # Maps are as smooth as images; as masks they would become blocks.
            values = [image.add(1).div_(2), *maps]
            found = self._inner([tv_tensors.Image(v) for v in values])
            changed.append([v.as_subclass(Tensor) for v in found])
        stacked = [torch.stack([c[i] for c in changed]) for i in range(len(parts))]
        stacked[0].mul_(2).sub_(1)
        wrapped = [tv_tensors.wrap(t, like=s) for t, s in zip(stacked, parts, strict=True)]
        return [*wrapped, *sample[len(parts) :]]


class Augmentation:
    """The changes that a configuration asks for.

    Args:
        config: Largest changes.
        size: Height and width of the images.

    Attributes:
        moves: Whether a change moves what is in the image, and its map along.
        whole_batches: Whether every change takes a batch at once, which a GPU does best.
    """

    def __init__(self, config: AugmentationConfig, size: tuple[int, int]) -> None:
        geometry: list[v2.Transform] = []
        if config.rotation > 0:
            bilinear = InterpolationMode.BILINEAR
            turned = v2.RandomRotation([-config.rotation, config.rotation], bilinear)
            geometry.append(EachSample(turned, moves=True))
        if config.crop < 1:
            scale, ratio = (config.crop, 1.0), _ratios(size, config.crop_ratio)
            cropped = v2.RandomResizedCrop(list(size), scale, ratio, antialias=True)
            geometry.append(EachSample(cropped, moves=True))
        if config.shift > 0:
            geometry.append(RandomShift(config.shift))
        color: list[v2.Transform] = []
        if config.brightness > 0 or config.contrast > 0:
            color.append(RandomPhotometric(config.brightness, config.contrast))
        if config.saturation > 0 or config.hue > 0:
            jitter = v2.ColorJitter(saturation=config.saturation, hue=config.hue)
            color.append(EachSample(jitter, moves=False))
        if config.blur > 0:
            blurred = v2.RandomApply([v2.GaussianBlur(5, (0.1, config.blur))], 0.5)
            color.append(EachSample(blurred, moves=False))
        self._geometry, self._color = geometry, color
        self.moves = bool(geometry)
        self.whole_batches = not any(isinstance(t, EachSample) for t in [*geometry, *color])

    def __call__(self, images: Tensor, maps: Tensor | None) -> tuple[Tensor, Tensor | None]:
        """Change the samples of one camera.

        Args:
            images: float32 [B, T, C, H, W] in [-1, 1]; the colors of depth stay as they are.
            maps: float32 [B, K, H, W], or None.

        Returns:
            The same, changed.
        """
        sample: Any = [tv_tensors.Image(images)]
        sample += [] if maps is None else [tv_tensors.Mask(maps)]
        color = self._color if images.shape[-3] == 3 else []
        for transform in [*self._geometry, *color]:
            sample = transform(sample)
        plain = [values.as_subclass(Tensor) for values in sample]
        return plain[0], plain[1] if len(plain) > 1 else None


def _ratios(size: tuple[int, int], largest: float) -> tuple[float, float]:
    # The whole image has its own aspect ratio, not 1.
    own = size[1] / size[0]
    return own / largest, own * largest
