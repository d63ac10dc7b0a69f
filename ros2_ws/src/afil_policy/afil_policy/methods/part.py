"""What a method adds to behavior cloning."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import ClassVar, Protocol

from torch import Tensor, nn

from afil_policy.data.batch import Batch, Needs, Observation
from afil_policy.encoders.base import Features
from afil_policy.heads.base import Head
from afil_policy.methods.base import Method
from afil_policy.methods.observation_encoder import ObservationEncoder
from afil_policy.methods.spec import Spec


@dataclass(frozen=True)
class Seen:
    """What became of B samples on their way to the head.

    Attributes:
        features: By camera, as the encoder found them.
        used: By camera, after the parts changed them; of M versions of each sample.
        latent: float32 [B * M, L].
    """

    features: Mapping[str, Features]
    used: Mapping[str, Features]
    latent: Tensor


def repeated(each: Tensor, count: int) -> Tensor:
    """Of B samples [B, ...], all M versions one after the other: [count, ...], count = B * M."""
    versions = count // len(each)
    return each if versions == 1 else each.repeat_interleave(versions, dim=0)


class Whole(Protocol):
    """What a part may ask of the policy that it is a part of."""

    @property
    def encoder(self) -> ObservationEncoder:
        """Its encoder."""

    @property
    def head(self) -> Head:
        """Its head."""

    def saliency(self, observation: Observation) -> dict[str, Tensor]:
        """What guided parts go by, float32 [B, T, H, W] by camera."""

    def encode(
        self, images: Mapping[str, Tensor], saliency: Mapping[str, Tensor]
    ) -> dict[str, Features]:
        """The features of images by camera, float32 [B, T, C, H, W], as the parts want them."""

    def see(self, observation: Observation, saliency: Mapping[str, Tensor]) -> Seen:
        """What becomes of an observation on its way to the head."""


class Part(nn.Module):
    """One change of behavior cloning; what it does not override stays as it is.

    Built as ``kind(config, spec, encoder)``. Several work together (``method: combined``), each
    on what the one before has made; those that add channels get the images last. ``saliency`` is
    by camera float32 [B, T, H, W] in [0, 1]: the targets in training, and what the policy's own
    predictor says when it acts; empty unless one of the parts is :attr:`guided`.

    Attributes:
        needs: What batches must hold for it.
        guided: Whether it changes what the policy sees by saliency, which then has to be
            predicted at test time.
        extra_channels: Channels that it adds to the images, for each of their frames.
        brings_encoder: Whether it begins the policy with an encoder of the plain images.
    """

    class Config(Method.Config):
        """Options of the part."""

    needs: ClassVar[Needs] = Needs()
    guided: ClassVar[bool] = False
    extra_channels: ClassVar[int] = 0
    brings_encoder: ClassVar[bool] = False

    def __init__(self, config: Config, spec: Spec, encoder: ObservationEncoder) -> None:
        super().__init__()
        del spec, encoder
        self.config = config

    @classmethod
    def adapted(cls, spec: Spec) -> Spec:
        """The sizes and parts to build for."""
        return spec

    @classmethod
    def pretraining(cls, config: Config) -> int:
        """How many of a run's first steps teach no actions, with these options."""
        del config
        return 0

    @property
    def takes_cells(self) -> bool:
        """Whether the means of saliency over the cells of the feature map are enough for it."""
        return False

    def batch(self, batch: Batch) -> Batch:
        """Change a batch of training, and nothing else."""
        return batch

    def images(
        self, images: Mapping[str, Tensor], saliency: Mapping[str, Tensor]
    ) -> dict[str, Tensor]:
        """Change images by camera, float32 [B, T, C, H, W]; C may grow by extra channels."""
        del saliency
        return dict(images)

    def encoding(
        self, encoder: ObservationEncoder, saliency: Mapping[str, Tensor]
    ) -> AbstractContextManager[None]:
        """What holds while the encoder works."""
        del encoder, saliency
        return nullcontext()

    def features(
        self,
        features: Mapping[str, Features],
        images: Mapping[str, Tensor],
        saliency: Mapping[str, Tensor],
    ) -> dict[str, Features]:
        """Change the features before they are pooled.

        Args:
            features: By camera.
            images: By camera, as observed: float32 [B, T, C, H, W].
            saliency: By camera.

        Returns:
            By camera, of B samples, or of M versions of each, one after the other.
        """
        del images, saliency
        return dict(features)

    def imitates(self) -> bool:
        """Whether actions are learned in this step."""
        return True

    def terms(self, method: Whole, batch: Batch, seen: Seen) -> dict[str, tuple[float, Tensor]]:
        """Further terms of the loss, a weight and a scalar each, by name."""
        del method, batch, seen
        return {}
