"""Behaviour cloning."""

from __future__ import annotations

from torch import nn
from torch.nn import functional

from afil_policy.config import TrainConfig
from afil_policy.methods.base import Batch, Losses


class BehaviourCloning:
    """L_BC = mean over samples and dimensions of (a - a_hat)^2, on normalised actions.

    Source: Pomerleau, "ALVINN", NeurIPS 1988; the squared error is the baseline's loss in
    GABRIL (arXiv 2507.19647). Saliency is ignored.
    """

    needs_saliency = False

    def __init__(self, config: TrainConfig) -> None:
        del config

    def losses(self, model: nn.Module, batch: Batch) -> Losses:
        """The loss of a batch; terms: ``bc``."""
        predicted, _ = model(batch.images, batch.proprioception)
        loss = functional.mse_loss(predicted, batch.actions)
        return Losses(loss, {"bc": loss})
