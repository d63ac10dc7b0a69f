"""What the policy sees and learns from."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, PlainSerializer

from afil_core.contract import Contract
from afil_core.schema import Schema

AUTO = ("auto",)

Streams = Annotated[
    tuple[str, ...],
    BeforeValidator(lambda value: AUTO if value == "auto" else value),
    PlainSerializer(lambda value: "auto" if value == AUTO else list(value)),
]


class DataConfig(Schema):
    """What the policy sees and learns from.

    Attributes:
        cameras: Names of the image streams; ``auto`` for all of the contract.
        height: Image height at the network, pixels.
        width: Image width at the network, pixels.
        proprioception: Names of the other streams that the policy sees, in order; ``auto`` for
            all of the contract, an empty list for none.
        frames: Observations that it sees at once: this one and those before it.
        horizon: Actions that it predicts at once.
        successful_only: Whether failed episodes are left out.
        validation_fraction: Share of the episodes held out.
        max_lost_share: Greatest share of an episode's ticks that may be missing or broken.
        action_normalization: ``mean_std`` (zero mean, unit variance) or ``min_max`` (to [-1, 1]).
    """

    renamed = {"image": "cameras", "action_normalisation": "action_normalization"}

    cameras: Streams = AUTO
    height: int = Field(96, gt=0)
    width: int = Field(128, gt=0)
    proprioception: Streams = AUTO
    frames: int = Field(1, ge=1)
    horizon: int = Field(1, ge=1)
    successful_only: bool = True
    validation_fraction: float = Field(0.1, ge=0, lt=1)
    max_lost_share: float = Field(0.1, ge=0, le=1)
    action_normalization: Literal["mean_std", "min_max"] = "mean_std"

    def streams(self, contract: Contract) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Names of the cameras and of the other streams, found out from a contract.

        Raises:
            AfilError: When the contract lacks one of them.
        """
        cameras = _chosen(self.cameras, contract.images)
        proprioception = _chosen(self.proprioception, contract.proprioception)
        for name in (*cameras, *proprioception):
            contract.stream(name)
        return cameras, proprioception


class AugmentationConfig(Schema):
    """Random changes of training images; all zero means none.

    Attributes:
        shift: Largest shift in x and y, pixels at network resolution; maps move along.
        brightness: Largest offset added to all pixels, as a share of the full range.
        contrast: Largest relative change of the distance to the image's mean.
    """

    shift: int = Field(0, ge=0)
    brightness: float = Field(0.1, ge=0)
    contrast: float = Field(0.1, ge=0)


def _chosen(names: tuple[str, ...], every: tuple[Any, ...]) -> tuple[str, ...]:
    return tuple(stream.name for stream in every) if names == AUTO else names
