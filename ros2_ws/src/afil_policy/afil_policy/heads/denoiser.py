"""What a chunk of noise is turned into actions with."""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn

from afil_core.optional import optional
from afil_policy.heads.chunk_transformer import ChunkTransformer, TransformerConfig

_TIME_CHANNELS = 64


class Denoiser(nn.Module):
    """A chunk transformer that also knows how noisy its actions are.

    Args:
        config: Sizes.
        size: Length of the latent.
        horizon: Actions of a chunk, H.
        actions: Dimensions of an action, D.
        who: What asks, for the sentence where diffusers is missing.
    """

    def __init__(
        self, config: TransformerConfig, size: int, horizon: int, actions: int, who: str
    ) -> None:
        super().__init__()
        embeddings: Any = optional("diffusers.models.embeddings", who)
        self.decoder = ChunkTransformer(config, size, horizon, actions, actions)
        self.steps = embeddings.Timesteps(_TIME_CHANNELS, True, 0)
        self.time = embeddings.TimestepEmbedding(_TIME_CHANNELS, config.width)

    def forward(
        self, noisy: Tensor, timesteps: Tensor, latent: Tensor, mask: Tensor | None = None
    ) -> Tensor:
        """What the noise is made of.

        Args:
            noisy: float32 [B, H, D].
            timesteps: [B], the scheduler's.
            latent: float32 [B, size].
            mask: bool [B, H], false for actions that there are not; None where there are all.

        Returns:
            float32 [B, H, D].
        """
        time = self.time(self.steps(timesteps).to(latent.dtype))
        return self.decoder(latent, noisy, time, mask)  # type: ignore[no-any-return]
