"""The encoder's own summary."""

from __future__ import annotations

from torch import Tensor

from afil_core.errors import AfilError
from afil_policy.encoders.base import Features
from afil_policy.pooling.base import Pooling


class Summary(Pooling):
    """The class token of a vision transformer, whose attention then decides what is seen.

    Args:
        config: Nothing to choose.
        shape: Channels, height and width of the feature map.
    """

    def __init__(self, config: Pooling.Config, shape: tuple[int, int, int]) -> None:
        super().__init__()
        del config
        self.size = shape[0]

    def forward(self, features: Features) -> Tensor:
        """Pool to float32 [B, C].

        Raises:
            AfilError: When the encoder has no summary.
        """
        if features.summary is None:
            raise AfilError(
                "pooling summary needs an encoder with a class token, such as vit; choose another "
                "pooling, e.g. attentive"
            )
        return features.summary
