"""Gaze-modulated dropout on early feature maps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Any, ClassVar

from pydantic import Field
from torch import Tensor, nn

from afil_core.errors import AfilError
from afil_policy.data.batch import Needs
from afil_policy.encoders.base import Encoder
from afil_policy.methods.gmd import ModulationConfig, keep_probability, modulated
from afil_policy.methods.imitation import Imitation
from afil_policy.methods.observation_encoder import ObservationEncoder
from afil_policy.methods.part import Part
from afil_policy.methods.spec import Spec


class EarlyModulation(Part):
    """The dropout of ``gmd`` after each of the first two convolutional blocks.

    Source: the original of Chen et al. (arXiv 1904.08377), ``IGMD`` in GABRIL's code (arXiv
    2507.19647). At test time the policy's own predictor says where g would be.

    Raises:
        AfilError: When the encoder has no such blocks.
    """

    class Config(ModulationConfig):
        """Options.

        Attributes:
            blocks: How many of the first blocks are changed.
        """

        blocks: int = Field(2, ge=1)

    needs: ClassVar[Needs] = Needs(saliency=True, saliency_history=True)
    guided: ClassVar[bool] = True
    config: Config

    def __init__(self, config: Config, spec: Spec, encoder: ObservationEncoder) -> None:
        super().__init__(config, spec, encoder)
        for each in encoder.encoders.values():
            assert isinstance(each, Encoder)
            if len(each.early_blocks()) < config.blocks:
                raise AfilError(
                    f"method igmd changes the first {config.blocks} blocks of the encoder, and "
                    f"{spec.encoder.name} has {len(each.early_blocks())} that can be; lower "
                    "method.blocks, or choose encoder small_cnn, paper_cnn or resnet"
                )

    def encoding(
        self, encoder: ObservationEncoder, saliency: Mapping[str, Tensor]
    ) -> AbstractContextManager[None]:
        """Early blocks drop parts of what they return."""
        return self._hooked(encoder, saliency)

    @contextmanager
    def _hooked(
        self, encoder: ObservationEncoder, saliency: Mapping[str, Tensor]
    ) -> Iterator[None]:
        hooks = []
        for camera, each in encoder.encoders.items():
            assert isinstance(each, Encoder)
            for block in each.early_blocks()[: self.config.blocks]:
                hooks.append(block.register_forward_hook(self._changed(saliency[camera][:, -1])))
        try:
            yield
        finally:
            for hook in hooks:
                hook.remove()

    def _changed(self, saliency: Tensor) -> Any:
        def change(module: nn.Module, inputs: Any, z: Tensor) -> Tensor:
            del module, inputs
            size = (z.shape[2], z.shape[3])
            kept = keep_probability(saliency, size, self.config.floor)
            return modulated(z, kept, training=self.training)

        return change


class Igmd(Imitation):
    """See :class:`EarlyModulation`."""

    part: ClassVar[type[Part]] = EarlyModulation
    needs_saliency: ClassVar[bool] = True

    Config = EarlyModulation.Config
