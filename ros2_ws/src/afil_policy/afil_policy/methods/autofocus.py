"""AutoFocus-IL: behaviour cloning whose attention is pulled towards the key objects."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional

from afil_policy.config import TrainConfig
from afil_policy.methods.base import Batch, Losses
from afil_policy.models.attention import min_max, predict_attention


class Autofocus:
    """L = L_BC + lambda * L_Reg.

    L_Reg = mean over samples and positions of (g - g_hat)^2, with g the saliency map of the
    frame and g_hat the policy's predicted attention (``afil_policy.models.attention``).
    Source: AutoFocus-IL (arXiv 2511.18617), whose loss is that of GABRIL (arXiv 2507.19647)
    with the gaze replaced by key objects. No saliency is needed when the policy acts.
    """

    needs_saliency = True

    def __init__(self, config: TrainConfig) -> None:
        self._config = config.autofocus

    def losses(self, model: nn.Module, batch: Batch) -> Losses:
        """The loss of a batch; terms: ``bc`` and ``reg``."""
        if batch.saliency is None:
            raise ValueError("autofocus needs saliency maps in every batch")
        predicted, features = model(batch.images, batch.proprioception)
        bc = functional.mse_loss(predicted, batch.actions)
        reg = self.regularisation(features, batch.saliency)
        return Losses(bc + self._config.weight * reg, {"bc": bc, "reg": reg})

    def regularisation(self, features: Tensor, saliency: Tensor) -> Tensor:
        """L_Reg.

        Args:
            features: Last feature map, float32 [B, C, h, w].
            saliency: Target maps, float32 [B, H, W] in [0, 1]; all zero in a frame without a
                key object.

        Returns:
            A scalar; zero when ``skip_empty`` leaves no sample.
        """
        tau = self._config.temperature
        if self._config.resolution == "image":
            attention = predict_attention(features, tau, (saliency.shape[1], saliency.shape[2]))
            target = saliency
        else:
            attention = predict_attention(features, tau)
            size = (features.shape[2], features.shape[3])
            # Averaging lowers the peak, so the target is scaled to [0, 1] again like g_hat.
            target = min_max(functional.adaptive_avg_pool2d(saliency, size))
        per_sample = (attention - target).square().mean(dim=(1, 2))
        if not self._config.skip_empty:
            return per_sample.mean()
        valid = (saliency.amax(dim=(1, 2)) > 0).to(per_sample.dtype)
        return (per_sample * valid).sum() / valid.sum().clamp(min=1)
