"""Whole objects are dropped at random, without any label."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

import torch
from pydantic import Field
from torch import Tensor, nn
from torch.nn import functional

from afil_policy.data.batch import Batch
from afil_policy.encoders.base import Encoder, Features
from afil_policy.methods.imitation import Imitation
from afil_policy.methods.observation_encoder import ObservationEncoder
from afil_policy.methods.part import Part, Seen, Whole
from afil_policy.methods.saliency_predictor import decoder
from afil_policy.methods.spec import Camera, Spec


class ObjectDropout(Part):
    """z <- z * m[code] / (1 - p), with m_k ~ Bernoulli(1 - p) for each code k; M times a sample.

    First a vector-quantized auto-encoder learns the images: L_VQ = (x - x_hat)^2 + ||sg(e) - q||^2
    + 0.25 ||e - sg(q)||^2. Then the policy begins with its encoder, and each cell of the feature
    map is dropped with all others of its code. Source: Park et al., "Object-Aware Regularization
    for Addressing Causal Confusion in Imitation Learning" (arXiv 2110.14118); sizes as in GABRIL
    (arXiv 2507.19647). No label is needed, neither in training nor when the policy acts.
    """

    class Config(Part.Config):
        """Options.

        Attributes:
            codes: Vectors of the codebook.
            width: Length of a code's vector.
            commitment: Weight of what keeps features near their codes.
            drop: p, with which a code is dropped.
            versions: M, masks of a sample and step.
            pretrain_steps: Steps of the run that go to the auto-encoder, before actions are
                learned.
        """

        codes: int = Field(512, ge=2)
        width: int = Field(64, ge=1)
        commitment: float = Field(0.25, ge=0)
        drop: float = Field(0.5, ge=0, lt=1)
        versions: int = Field(5, ge=1)
        pretrain_steps: int = Field(500, ge=0)

    brings_encoder: ClassVar[bool] = True
    config: Config
    done: Tensor

    def __init__(self, config: Config, spec: Spec, encoder: ObservationEncoder) -> None:
        super().__init__(config, spec, encoder)
        self.networks = nn.ModuleDict(
            {camera.name: Quantizer(config, spec, camera) for camera in spec.cameras}
        )
        self.register_buffer("done", torch.zeros((), dtype=torch.int64))
        # In a list, so that the policy's weights are not counted as this part's too.
        self._policy = [encoder]

    @classmethod
    def pretraining(cls, config: Part.Config) -> int:
        """The steps of the auto-encoder."""
        assert isinstance(config, cls.Config)
        return config.pretrain_steps

    def imitates(self) -> bool:
        """Whether the auto-encoder is trained; it counts for training alone."""
        return not self.training or int(self.done) > self.config.pretrain_steps

    def batch(self, batch: Batch) -> Batch:
        """Count the step; when the auto-encoder is done, the policy begins with its encoder."""
        self.done += 1
        if int(self.done) == self.config.pretrain_steps + 1:
            for camera in self.networks:
                state = self._quantizer(camera).encoder.state_dict()
                self._policy[0].encoders[camera].load_state_dict(state)
        return batch

    def features(
        self,
        features: Mapping[str, Features],
        images: Mapping[str, Tensor],
        saliency: Mapping[str, Tensor],
    ) -> dict[str, Features]:
        """M versions of each sample with other codes dropped; at test time the features."""
        del saliency
        if not self.training:
            return dict(features)
        config = self.config
        found = {}
        for camera, each in features.items():
            z = each.map.repeat_interleave(config.versions, dim=0)
            with torch.no_grad():
                codes = self._quantizer(camera).codes(images[camera].flatten(1, 2))
            kept = torch.rand(len(z), config.codes, device=z.device) >= config.drop
            found[camera] = replace(each, map=self.dropped(z, codes, kept))
        return found

    def dropped(self, z: Tensor, codes: Tensor, kept: Tensor) -> Tensor:
        """Drop cells by their code.

        Args:
            z: float32 [B * M, C, h, w].
            codes: int64 [B, h, w].
            kept: bool [B * M, K].
        """
        cells = codes.repeat_interleave(len(z) // len(codes), dim=0).flatten(1)
        mask = kept.gather(1, cells).view(len(z), 1, *codes.shape[1:])
        return z * mask.to(z.dtype) / (1 - self.config.drop)

    def terms(self, method: Whole, batch: Batch, seen: Seen) -> dict[str, tuple[float, Tensor]]:
        """Terms: ``vq``, zero once actions are learned."""
        del method, seen
        if not self.training:
            return {}
        if self.imitates():
            return {"vq": (0.0, batch.actions.new_zeros(()))}
        losses = [
            self._quantizer(camera).loss(batch.images[camera].flatten(1, 2))
            for camera in self.networks
        ]
        return {"vq": (1.0, torch.stack(losses).mean())}

    def _quantizer(self, camera: str) -> Quantizer:
        found = self.networks[camera]
        assert isinstance(found, Quantizer)
        return found


class Quantizer(nn.Module):
    """Vector-quantized auto-encoder of one camera's stacked frames.

    Args:
        config: Codebook.
        spec: Frames and encoder.
        camera: The camera.
    """

    def __init__(self, config: ObjectDropout.Config, spec: Spec, camera: Camera) -> None:
        super().__init__()
        self._commitment = config.commitment
        self._size = (camera.height, camera.width)
        stack = spec.stack(camera)
        self.encoder: Encoder = spec.encoder.build(stack, self._size)
        self.narrow = nn.Conv2d(self.encoder.shape[0], config.width, 1)
        self.codebook = nn.Embedding(config.codes, config.width)
        bound = 1 / config.codes
        nn.init.uniform_(self.codebook.weight, -bound, bound)
        self.decoder = decoder((config.width, *self.encoder.shape[1:]), self._size, stack.total)

    def codes(self, images: Tensor) -> Tensor:
        """Nearest code of each cell of images [B, C, H, W]: int64 [B, h, w]."""
        return self._nearest(self.narrow(self.encoder(images).map))

    def loss(self, images: Tensor) -> Tensor:
        """L_VQ of images [B, C, H, W], a scalar."""
        found = self.narrow(self.encoder(images).map)
        quantized = self.codebook(self._nearest(found)).movedim(3, 1)
        book = functional.mse_loss(quantized, found.detach())
        commitment = functional.mse_loss(found, quantized.detach())
        # Gradients of the reconstruction pass the codes as if they were the features.
        through = found + (quantized - found).detach()
        made = functional.interpolate(self.decoder(through), self._size, mode="bilinear")
        return functional.mse_loss(made, images) + book + self._commitment * commitment

    def _nearest(self, found: Tensor) -> Tensor:
        cells = found.movedim(1, 3)
        flat = cells.flatten(0, 2)
        return torch.cdist(flat, self.codebook.weight).argmin(dim=1).view(cells.shape[:3])


class Oreo(Imitation):
    """See :class:`ObjectDropout`."""

    part: ClassVar[type[Part]] = ObjectDropout

    Config = ObjectDropout.Config
