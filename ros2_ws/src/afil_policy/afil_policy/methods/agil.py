"""A second encoder that sees only what is salient."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

from torch import Tensor, nn

from afil_policy.data.batch import Needs
from afil_policy.encoders.base import Features
from afil_policy.methods.imitation import Imitation
from afil_policy.methods.mask import masked
from afil_policy.methods.observation_encoder import ObservationEncoder
from afil_policy.methods.part import Part, repeated
from afil_policy.methods.spec import Spec


class SecondEncoder(Part):
    """z = (E(x) + E2(x * g)) / 2, each frame with its own map.

    Source: Zhang et al., "AGIL: Learning Attention from Human for Visuomotor Tasks" (arXiv
    1806.03960), as in GABRIL (arXiv 2507.19647); AutoFocus-IL's released training feeds E2 the
    map alone, but its evaluation x * g, which is taken here for both. At test time the policy's
    own predictor says what g would be.
    """

    needs: ClassVar[Needs] = Needs(saliency=True, saliency_history=True)
    guided: ClassVar[bool] = True

    def __init__(self, config: Part.Config, spec: Spec, encoder: ObservationEncoder) -> None:
        super().__init__(config, spec, encoder)
        self.encoders = nn.ModuleDict(
            {
                camera.name: spec.encoder.build(spec.stack(camera), (camera.height, camera.width))
                for camera in spec.cameras
            }
        )

    def features(
        self,
        features: Mapping[str, Features],
        images: Mapping[str, Tensor],
        saliency: Mapping[str, Tensor],
    ) -> dict[str, Features]:
        """The mean of what both encoders found."""
        found = {}
        for camera, first in features.items():
            salient = masked(images[camera], saliency[camera])
            second: Features = self.encoders[camera](salient.flatten(1, 2))
            summary = first.summary
            if summary is not None and second.summary is not None:
                summary = _mean(summary, second.summary)
            found[camera] = replace(first, map=_mean(first.map, second.map), summary=summary)
        return found


def _mean(versions: Tensor, samples: Tensor) -> Tensor:
    return (versions + repeated(samples, len(versions))) / 2


class Agil(Imitation):
    """See :class:`SecondEncoder`."""

    part: ClassVar[type[Part]] = SecondEncoder
    needs_saliency: ClassVar[bool] = True

    Config = SecondEncoder.Config
