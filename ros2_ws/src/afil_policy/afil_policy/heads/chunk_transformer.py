"""A transformer decoder over the actions of a chunk, which looks at pieces of the latent."""

from __future__ import annotations

import torch
from pydantic import Field, model_validator
from torch import Tensor, nn
from torch.nn import functional

from afil_core.schema import Schema


class TransformerConfig(Schema):
    """Options of a head with a transformer decoder.

    Attributes:
        width: Length of a token; a multiple of ``attention_heads``.
        layers: Decoder layers.
        attention_heads: Attention heads of a layer.
        dropout: Share that is dropped in training.
        piece: Numbers of the latent that make one token. With the pooling ``tokens`` of the same
            width, each cell of the feature map is one; else pieces cut where they fall.
    """

    width: int = Field(128, ge=4)
    layers: int = Field(2, ge=1)
    attention_heads: int = Field(4, ge=1)
    dropout: float = Field(0.0, ge=0, lt=1)
    piece: int = Field(64, ge=1)

    @model_validator(mode="after")
    def _divisible(self) -> TransformerConfig:
        if self.width % self.attention_heads:
            raise ValueError(
                "must have a 'width' that is a multiple of 'attention_heads', "
                f"{self.attention_heads}, and not {self.width}"
            )
        return self


class ChunkTransformer(nn.Module):
    """H tokens, one for each action, that attend to each other and to the latent.

    The layers are torch's ``TransformerDecoder`` (pre-norm). The latent is cut into pieces, each
    with a learned embedding of its place.

    Args:
        config: Sizes.
        size: Length of the latent.
        horizon: Actions of a chunk, H.
        inputs: Dimensions of what comes in for each action; 0 where nothing does.
        outputs: Dimensions of what goes out for each action.
    """

    def __init__(
        self, config: TransformerConfig, size: int, horizon: int, inputs: int, outputs: int
    ) -> None:
        super().__init__()
        self._piece, self._size = config.piece, size
        pieces = -(-size // config.piece)
        self.memory = nn.Linear(config.piece, config.width)
        self.places = nn.Parameter(torch.randn(pieces, config.width) * 0.02)
        self.queries = nn.Parameter(torch.randn(horizon, config.width) * 0.02)
        self.inputs = nn.Linear(inputs, config.width) if inputs else None
        layer = nn.TransformerDecoderLayer(
            config.width,
            config.attention_heads,
            dim_feedforward=4 * config.width,
            dropout=config.dropout,
            activation="gelu",
            batch_first=True,
            norm_first=True,
        )
        self.decoder = nn.TransformerDecoder(layer, config.layers, nn.LayerNorm(config.width))
        self.outputs = nn.Linear(config.width, outputs)

    def forward(
        self,
        latent: Tensor,
        inputs: Tensor | None = None,
        extra: Tensor | None = None,
        mask: Tensor | None = None,
    ) -> Tensor:
        """Decode.

        Args:
            latent: float32 [B, size].
            inputs: float32 [B, H, inputs].
            extra: A further token to look at, float32 [B, width].
            mask: bool [B, H], false for what the others must not look at; None for nothing.

        Returns:
            float32 [B, H, outputs].
        """
        padding = len(self.places) * self._piece - self._size
        pieces = functional.pad(latent, (0, padding)).view(len(latent), -1, self._piece)
        memory = self.memory(pieces) + self.places
        if extra is not None:
            memory = torch.cat([memory, extra[:, None]], dim=1)
        tokens = self.queries.expand(len(latent), -1, -1)
        if inputs is not None and self.inputs is not None:
            tokens = tokens + self.inputs(inputs)
        absent = None if mask is None else ~mask
        if absent is not None:
            # Attention to nothing is NaN; the first action of a chunk always is there.
            absent[:, 0] = False
        return self.outputs(self.decoder(tokens, memory, tgt_key_padding_mask=absent))  # type: ignore[no-any-return]
