"""Weights that somebody else trained: when they are fetched, and how they take more channels."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

import torch
from torch import Tensor, nn

from afil_core.errors import AfilError
from afil_policy.encoders.base import COLOR, Stack

# Of the images on which most such networks were trained, in [0, 1].
_IMAGENET_MEAN = (0.485, 0.456, 0.406)
_IMAGENET_STD = (0.229, 0.224, 0.225)

_STATE: ContextVar[Mapping[str, Tensor] | None] = ContextVar("state", default=None)


@contextmanager
def restoring(state: Mapping[str, Tensor]) -> Iterator[None]:
    """Networks that are built inside fetch no weights: theirs are loaded from a state next.

    A checkpoint holds all its weights, so that it runs on a robot without network access.

    Args:
        state: Tensors by name.
    """
    token = _STATE.set(state)
    try:
        yield
    finally:
        _STATE.reset(token)


def restored_state() -> Mapping[str, Tensor] | None:
    """The state that weights come from next; None where a network is built afresh."""
    return _STATE.get()


def taking(layer: nn.Conv2d, channels: int) -> nn.Conv2d:
    """A new layer of the same form that takes so many channels."""
    return nn.Conv2d(
        channels,
        layer.out_channels,
        (layer.kernel_size[0], layer.kernel_size[1]),
        (layer.stride[0], layer.stride[1]),
        layer.padding if isinstance(layer.padding, str) else (layer.padding[0], layer.padding[1]),
        bias=layer.bias is not None,
    )


def widened(layer: nn.Conv2d, stack: Stack) -> nn.Conv2d:
    """A trained first layer for color that takes a stack of frames, and more behind them.

    The weights are repeated over the frames and divided by their number, so that a stack of the
    same frame gives what the frame gave; those of what comes behind begin at zero.

    Args:
        layer: Takes one frame of color.
        stack: What it shall take.

    Raises:
        AfilError: When the frames are not of color.
    """
    if not stack.is_color:
        raise AfilError(
            f"trained weights take frames of color, and these have {stack.channels} channel(s), "
            "as depth has; leave depth out (data.cameras), set encoder.weights to none, or choose "
            "encoder small_cnn"
        )
    if stack.total == COLOR:
        return layer
    wide = taking(layer, stack.total)
    with torch.no_grad():
        weight = layer.weight.repeat(1, stack.frames, 1, 1) / stack.frames
        zeros = weight.new_zeros(weight.shape[0], stack.added, *weight.shape[2:])
        wide.weight.copy_(torch.cat([weight, zeros], dim=1))
        if wide.bias is not None and layer.bias is not None:
            wide.bias.copy_(layer.bias)
    return wide


class ImagenetScale(nn.Module):
    """Color from [-1, 1] to the mean and deviation of ImageNet; what is behind it stays.

    Args:
        stack: Frames of color.
    """

    shift: Tensor
    scale: Tensor

    def __init__(self, stack: Stack) -> None:
        super().__init__()
        # x in [-1, 1] is (x + 1) / 2 in [0, 1].
        shift = [2 * m - 1 for m in _IMAGENET_MEAN] * stack.frames + [0.0] * stack.added
        scale = [2 * s for s in _IMAGENET_STD] * stack.frames + [1.0] * stack.added
        for name, values in (("shift", shift), ("scale", scale)):
            self.register_buffer(name, torch.tensor(values)[:, None, None], persistent=False)

    def forward(self, images: Tensor) -> Tensor:
        """Scale float32 [B, C, H, W]."""
        return (images - self.shift) / self.scale
