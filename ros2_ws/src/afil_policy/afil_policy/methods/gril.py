"""Where people look as a second thing to predict."""

from __future__ import annotations

from typing import ClassVar

import torch
from pydantic import Field
from torch import Tensor, nn

from afil_policy.data.batch import Batch, Needs
from afil_policy.data.masked_mean import masked_mean
from afil_policy.methods.alignment import counted
from afil_policy.methods.imitation import Imitation
from afil_policy.methods.observation_encoder import ObservationEncoder
from afil_policy.methods.part import Part, Seen, Whole, repeated
from afil_policy.methods.spec import Spec


def center(saliency: Tensor) -> Tensor:
    """Center of mass of maps float32 [B, H, W]: x and y in [0, 1], float32 [B, 2]."""
    height, width = saliency.shape[1:]
    mass = saliency.sum(dim=(1, 2)).clamp(min=1e-6)
    columns = (torch.arange(width, device=saliency.device) + 0.5) / width
    rows = (torch.arange(height, device=saliency.device) + 0.5) / height
    x = (saliency.sum(dim=1) * columns).sum(dim=1) / mass
    y = (saliency.sum(dim=2) * rows).sum(dim=1) / mass
    return torch.stack([x, y], dim=1)


class GazeRegression(Part):
    """L = L_BC + lambda * mean of (c - c_hat)^2, c_hat an MLP 256-ReLU-2 on the latent.

    c is the gaze's place, x and y in [0, 1]: here the center of mass of each camera's map.
    Source: Thakur et al., "Imitation Learning with Human Eye Gaze via Multi-Objective Prediction"
    (arXiv 2102.13008), as a baseline of GABRIL (arXiv 2507.19647). Frames without a key object do
    not count; in the released code their padding is a target. No saliency is needed when the
    policy acts.
    """

    class Config(Part.Config):
        """Options.

        Attributes:
            weight: lambda.
            hidden: Width of the hidden layer.
        """

        weight: float = Field(10.0, ge=0)
        hidden: int = Field(256, ge=1)

    needs: ClassVar[Needs] = Needs(saliency=True)
    config: Config

    def __init__(self, config: Config, spec: Spec, encoder: ObservationEncoder) -> None:
        super().__init__(config, spec, encoder)
        self._cameras = [camera.name for camera in spec.cameras]
        self.layers = nn.Sequential(
            nn.Linear(encoder.size, config.hidden),
            nn.ReLU(),
            nn.Linear(config.hidden, 2 * len(self._cameras)),
        )

    def terms(self, method: Whole, batch: Batch, seen: Seen) -> dict[str, tuple[float, Tensor]]:
        """Terms: ``gaze``."""
        del method
        if not batch.saliency:
            raise ValueError("gril needs saliency maps in every batch")
        found = self.layers(seen.latent).unflatten(1, (len(self._cameras), 2))
        losses = []
        for camera, saliency in batch.saliency.items():
            target = repeated(center(saliency), len(found))
            error = found[:, self._cameras.index(camera)] - target
            valid = counted(saliency, batch.saliency_valid.get(camera), skip_empty=True)
            assert valid is not None
            losses.append(masked_mean(error.square(), repeated(valid[:, None], len(found))))
        return {"gaze": (self.config.weight, torch.stack(losses).mean())}


class Gril(Imitation):
    """See :class:`GazeRegression`."""

    part: ClassVar[type[Part]] = GazeRegression
    needs_saliency: ClassVar[bool] = True

    Config = GazeRegression.Config
