"""What an encoder is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

from torch import Tensor, nn

from afil_core.schema import Schema

# Channels of a frame of color.
COLOR = 3


@dataclass(frozen=True)
class Features:
    """What an encoder found in a batch of images.

    Attributes:
        map: Float32 [B, C, h, w]: a feature vector for each cell of the image. Tokens of a
            transformer are laid out on their grid.
        attention: Float32 [B, h, w], at least 0: where the encoder itself looked; None when it
            has no attention of its own.
        heads: Float32 [B, N, h, w], at least 0: where each of its N attention heads looked, of
            which ``attention`` is the mean; None when there are none.
        summary: Float32 [B, C], the encoder's own summary (a class token); None when it has none.
    """

    map: Tensor
    attention: Tensor | None = None
    heads: Tensor | None = None
    summary: Tensor | None = None


@dataclass(frozen=True)
class Stack:
    """What the channels of an image are: frames that are seen at once, the newest last.

    Attributes:
        frames: How many frames.
        channels: Channels of a frame: 3 for color, 1 for depth.
        added: Channels that a method adds behind all frames.
    """

    frames: int = 1
    channels: int = COLOR
    added: int = 0

    @property
    def is_color(self) -> bool:
        """Whether the frames are of color."""
        return self.channels == COLOR

    @property
    def total(self) -> int:
        """Channels of the image."""
        return self.frames * self.channels + self.added


class Encoder(nn.Module, ABC):
    """Images to features; each camera has one of its own.

    Built as ``kind(config, stack, size)``: the :class:`Stack` of an image's channels, its height
    and width in pixels.

    Attributes:
        shape: Channels, height and width of the feature map.
    """

    class Config(Schema):
        """Options of the encoder."""

    shape: tuple[int, int, int]

    @abstractmethod
    def forward(self, images: Tensor) -> Features:
        """Encode float32 [B, C, H, W] in [-1, 1]."""

    def early_blocks(self) -> Sequence[nn.Module]:
        """Its first modules, in order, of which each returns a map [B, C, h, w]; may be empty.

        Methods that change early features hook into them.
        """
        return ()
