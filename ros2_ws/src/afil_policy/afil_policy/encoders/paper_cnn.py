"""The driving network of the paper."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from afil_core.errors import AfilError
from afil_core.schema import Schema
from afil_policy.encoders.base import COLOR, Encoder, Features, Stack

# ITU-R BT.601, in which the released code turns color to gray.
_LUMA = (0.299, 0.587, 0.114)


class PaperCnn(Encoder):
    """Four convolutions, two residual blocks and two wide convolutions.

    conv 4x4/2 32, conv 4x4/2 64, conv 4x4/2 128 (each with ReLU), conv 3x3 128 unpadded, two
    residual blocks of 32 inner channels, ReLU, conv 5x5 128, ReLU, conv 5x5 64. Two gray frames
    of 180x320 become a map of 64x20x38. Source: the driving policy of GABRIL (arXiv 2507.19647)
    and AutoFocus-IL (arXiv 2511.18617), after OREO (arXiv 2110.14118). Weights begin orthogonal,
    biases at zero.

    Args:
        config: Whether color counts.
        stack: What the channels of an image are.
        size: Height and width of the images, pixels.

    Raises:
        AfilError: When images are too small.
    """

    class Config(Schema):
        """Options.

        Attributes:
            gray: Whether each frame of color becomes one of gray first, as published. Depth, and
                what a method adds behind the frames, stay as they are.
        """

        gray: bool = True

    luma: Tensor

    def __init__(self, config: Config, stack: Stack, size: tuple[int, int]) -> None:
        super().__init__()
        height, width = (side // 8 - 2 for side in size)
        if height < 1 or width < 1:
            raise AfilError(
                f"encoder paper_cnn needs images of at least 24x24, not {size[0]}x{size[1]}; set "
                "data.height and data.width (published: 180 and 320)"
            )
        self.shape = (64, height, width)
        self._frames = stack.frames if config.gray and stack.is_color else 0
        self.register_buffer("luma", torch.tensor(_LUMA).view(1, 1, COLOR, 1, 1), persistent=False)
        before = stack.total - (COLOR - 1) * self._frames
        self.blocks = nn.ModuleList(
            nn.Sequential(nn.Conv2d(a, b, 4, stride=2, padding=1), nn.ReLU())
            for a, b in ((before, 32), (32, 64), (64, 128))
        )
        self.rest = nn.Sequential(
            nn.Conv2d(128, 128, 3),
            _Residual(128, 32),
            _Residual(128, 32),
            nn.ReLU(),
            nn.Conv2d(128, 128, 5, padding=2),
            nn.ReLU(),
            nn.Conv2d(128, 64, 5, padding=2),
        )
        self.apply(_orthogonal)

    def forward(self, images: Tensor) -> Features:
        """Encode float32 [B, C, H, W] in [-1, 1]; inside they lie in [0, 1], as published."""
        z = (images + 1) / 2
        if self._frames:
            color, added = z[:, : COLOR * self._frames], z[:, COLOR * self._frames :]
            gray = (color.unflatten(1, (self._frames, COLOR)) * self.luma).sum(dim=2)  # type: ignore[no-untyped-call]
            z = torch.cat([gray, added], dim=1)
        for block in self.blocks:
            z = block(z)
        return Features(self.rest(z))

    def early_blocks(self) -> Sequence[nn.Module]:
        """The three convolutions with stride."""
        return list(self.blocks)


class _Residual(nn.Module):
    def __init__(self, channels: int, inner: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.ReLU(),
            nn.Conv2d(channels, inner, 3, padding=1, bias=False),
            nn.ReLU(),
            nn.Conv2d(inner, channels, 1, bias=False),
        )

    def forward(self, z: Tensor) -> Tensor:
        return z + self.layers(z)  # type: ignore[no-any-return]


def _orthogonal(module: nn.Module) -> None:
    if isinstance(module, nn.Conv2d):
        nn.init.orthogonal_(module.weight, nn.init.calculate_gain("relu"))
        if module.bias is not None:
            nn.init.zeros_(module.bias)
