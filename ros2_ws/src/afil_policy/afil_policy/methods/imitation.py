"""Behavior cloning with whatever a method adds to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from functools import reduce
from typing import ClassVar

import torch
from torch import Tensor, nn

from afil_core.errors import AfilError
from afil_policy.data.batch import Batch, Needs, Observation
from afil_policy.encoders.attention import attention_map
from afil_policy.encoders.base import Features
from afil_policy.methods.base import Losses, Method
from afil_policy.methods.observation_encoder import ObservationEncoder
from afil_policy.methods.part import Part, Seen, repeated
from afil_policy.methods.saliency_predictor import SaliencyPredictor
from afil_policy.methods.spec import Spec

Parts = Sequence[tuple[type[Part], Part.Config]]


class Imitation(Method):
    """L = L_BC + sum of the parts' weighted terms, L_BC the head's loss on what was demonstrated.

    Where a part is guided by saliency, training gives it the target maps, and beside the policy a
    :class:`SaliencyPredictor` learns them from the images: a network of its own, which shares no
    weight with the policy. The policy acts with what that predicts, in validation too.

    Args:
        config: Options.
        spec: Sizes and parts.

    Raises:
        AfilError: When the parts of the configuration do not fit.
    """

    part: ClassVar[type[Part] | None] = None

    @classmethod
    def parts_of(cls, config: Method.Config) -> Parts:
        """What it adds to behavior cloning with these options."""
        if cls.part is None:
            return []
        assert isinstance(config, cls.part.Config)
        return [(cls.part, config)]

    @classmethod
    def needs(cls, config: Method.Config) -> Needs:
        """What its batches must hold, with these options."""
        each = [kind.needs for kind, _ in cls.parts_of(config)]
        return reduce(Needs.__or__, each, Needs())

    @classmethod
    def pretraining(cls, config: Method.Config) -> int:
        """The most that one of its parts asks for."""
        return max(
            (kind.pretraining(options) for kind, options in cls.parts_of(config)), default=0
        )

    def __init__(self, config: Method.Config, spec: Spec) -> None:
        super().__init__()
        self.config = config
        kinds = self.parts_of(config)
        for kind, _ in kinds:
            spec = kind.adapted(spec)
        extra = spec.frames * sum(kind.extra_channels for kind, _ in kinds)
        self.encoder = ObservationEncoder(spec, extra)
        self.head = spec.head.build(self.encoder.size, spec.horizon, spec.actions)
        self.parts = nn.ModuleList(kind(options, spec, self.encoder) for kind, options in kinds)
        guided = any(kind.guided for kind, _ in kinds)
        self.predictor = SaliencyPredictor(spec) if guided else None

    def cells(self) -> Mapping[str, tuple[int, int]]:
        """The feature maps' sizes, where they are enough for every part."""
        if self.predictor is not None or not all(part.takes_cells for part in self._parts()):
            return {}
        return self.encoder.cells

    def loss(self, batch: Batch) -> Losses:
        """The loss of a batch; terms: ``bc``, those of the parts, ``predictor``.

        Raises:
            AfilError: When a term that counts in training has no gradient.
        """
        learns = self.training and torch.is_grad_enabled()
        if self.training:
            for part in self._parts():
                batch = part.batch(batch)
        saliency = self.saliency(batch)
        seen = self.see(batch, saliency)
        total = bc = self.imitation(seen.latent, batch)
        if not all(part.imitates() for part in self._parts()):
            total = 0.0 * bc
        terms = {"bc": bc}
        for part in self._parts():
            for name, (weight, value) in part.terms(self, batch, seen).items():
                if learns and weight and not value.requires_grad:
                    raise AfilError(
                        f"the term '{name}' of the loss has no gradient: all that it depends on "
                        "is frozen, and the rest is plain behavior cloning; choose pooling "
                        "attentive where the term is about attention, or encoder.train lora or "
                        "full"
                    )
                total = total + weight * value
                terms[name] = value
        if self.predictor is not None:
            terms["predictor"] = self.predictor.loss(batch)
            total = total + terms["predictor"]
        return Losses(total, terms)

    def imitation(self, latent: Tensor, batch: Batch) -> Tensor:
        """The head's loss, a scalar, with the latent float32 [B * M, L] of B samples."""
        actions, mask = (repeated(x, len(latent)) for x in (batch.actions, batch.action_mask))
        return self.head.loss(self.head(latent), actions, mask)

    def act(self, observation: Observation) -> Tensor:
        """The next actions, normalized: float32 [B, H, D]."""
        return self.head.act(self.head(self._acting(observation).latent))

    @property
    def takes_prefix(self) -> bool:
        """Whether its head can go on from given actions."""
        return self.head.takes_prefix

    def go_on(self, observation: Observation, prefix: Tensor) -> Tensor:
        """The next actions where the first ones are given, normalized: float32 [B, H, D]."""
        return self.head.go_on(self.head(self._acting(observation).latent), prefix)

    def attention(self, observation: Observation) -> dict[str, Tensor]:
        """Where the policy looks, by camera: float32 [B, h, w] in [0, 1]."""
        tau = self.config.temperature
        looked = self.encoder.looked(self._acting(observation).used)
        return {camera: attention_map(features, tau) for camera, features in looked.items()}

    def saliency(self, observation: Observation) -> dict[str, Tensor]:
        """What guided parts go by, float32 [B, T, H, W] by camera: see :class:`Part`.

        Raises:
            AfilError: When a camera has no maps in a batch of training.
        """
        if self.predictor is None:
            return {}
        if not (self.training and isinstance(observation, Batch)):
            return self._predicted(observation)
        maps = observation.saliency_history
        for camera in observation.images:
            if camera not in maps:
                raise AfilError(
                    f"this method needs saliency maps of every camera, and {camera} has none; "
                    "perceive it too, or leave it out of data.cameras"
                )
        if not observation.saliency_valid:
            return dict(maps)
        # What was not labelled goes as it will at test time.
        predicted, valid = self._predicted(observation), observation.saliency_valid
        return {
            camera: torch.where(valid[camera][:, None, None, None], maps[camera], guess)
            if camera in valid
            else maps[camera]
            for camera, guess in predicted.items()
        }

    @torch.no_grad()
    def _predicted(self, observation: Observation) -> dict[str, Tensor]:
        assert self.predictor is not None
        found: dict[str, Tensor] = self.predictor(observation.images)
        return found

    def see(self, observation: Observation, saliency: Mapping[str, Tensor]) -> Seen:
        """What becomes of an observation on its way to the head."""
        used = features = self.encode(observation.images, saliency)
        for part in self._parts():
            used = part.features(used, observation.images, saliency)
        return Seen(features, used, self.encoder.latent(used, observation))

    def encode(
        self, images: Mapping[str, Tensor], saliency: Mapping[str, Tensor]
    ) -> dict[str, Features]:
        """The features of images by camera, float32 [B, T, C, H, W], as the parts want them."""
        images = dict(images)
        # Channels that are added are no longer frames, which the others change.
        for part in sorted(self._parts(), key=lambda part: part.extra_channels):
            images = part.images(images, saliency)
        with ExitStack() as stack:
            for part in self._parts():
                stack.enter_context(part.encoding(self.encoder, saliency))
            return self.encoder.features(images)

    def prediction(self, observation: Observation) -> Tensor:
        """What the head makes of an observation."""
        found: Tensor = self.head(self.see(observation, self.saliency(observation)).latent)
        return found

    def _acting(self, observation: Observation) -> Seen:
        # Nothing but the observation counts, whatever else a batch may hold.
        if isinstance(observation, Batch):
            observation = Observation(
                images=observation.images,
                proprioception=observation.proprioception,
                history_mask=observation.history_mask,
                task=observation.task,
                instructions=observation.instructions,
            )
        if not self.training:
            return self.see(observation, self.saliency(observation))
        self.eval()
        try:
            return self.see(observation, self.saliency(observation))
        finally:
            self.train()

    def _parts(self) -> list[Part]:
        return list(self.parts)  # type: ignore[arg-type]
