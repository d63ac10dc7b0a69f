"""What the policy sees and learns from."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, PlainSerializer

from afil_core.contract import Contract
from afil_core.registry import Selection
from afil_core.schema import Schema
from afil_policy.data.saliency import SALIENCY, SaliencySource

AUTO = ("auto",)

Streams = Annotated[
    tuple[str, ...],
    BeforeValidator(lambda value: AUTO if value == "auto" else value),
    PlainSerializer(lambda value: "auto" if value == AUTO else list(value)),
]


Statistics = Literal["mean_std", "min_max", "quantile"]


class DataConfig(Schema):
    """What the policy sees and learns from.

    Attributes:
        cameras: Names of streams of images or depth; ``auto`` for all images of the contract.
        height: Image height at the network, pixels.
        width: Image width at the network, pixels.
        depth_range_m: The distance that is white to the network; what lies further, too.
        proprioception: Names of the other streams that the policy sees, in order; ``auto`` for
            all of the contract, an empty list for none.
        frames: Observations that it sees at once: this one and those before it.
        horizon: Actions that it predicts at once.
        successful_only: Whether failed episodes are left out.
        flagged: Whether episodes whose recording had problems are used (``use``) or not
            (``leave_out``); training names them all the same.
        learn_from: Of recordings in which a policy drove and a person took over, what a person
            did (``demonstrated``; all of other recordings), that alone (``corrections``: nothing
            of other recordings), or the policy's own actions, too (``all``).
        validation_fraction: Share of the episodes held out.
        max_lost_share: Greatest share of an episode's ticks that may be missing or broken.
        action_normalization: ``mean_std`` (zero mean, unit variance), ``min_max`` (to [-1, 1]) or
            ``quantile`` (the 1st and 99th percentile to -1 and 1: outliers do not squeeze the
            rest).
        proprioception_normalization: The same for what the robot knows of itself.
        saliency: Which maps are learned from.
        saliency_ratio: Share of the training steps whose maps are learned from.
    """

    renamed = {"image": "cameras", "action_normalisation": "action_normalization"}

    cameras: Streams = AUTO
    height: int = Field(96, gt=0)
    width: int = Field(128, gt=0)
    depth_range_m: float = Field(4.0, gt=0, le=65.0)
    proprioception: Streams = AUTO
    frames: int = Field(1, ge=1)
    horizon: int = Field(1, ge=1)
    successful_only: bool = True
    flagged: Literal["use", "leave_out"] = "use"
    learn_from: Literal["demonstrated", "corrections", "all"] = "demonstrated"
    validation_fraction: float = Field(0.1, ge=0, lt=1)
    max_lost_share: float = Field(0.1, ge=0, le=1)
    action_normalization: Statistics = "mean_std"
    proprioception_normalization: Statistics = "mean_std"
    saliency: Annotated[Selection[SaliencySource], SALIENCY] = Field(
        default_factory=lambda: SALIENCY.select("perceived")
    )
    saliency_ratio: float = Field(1.0, ge=0, le=1)

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
        crop: Smallest share of the image's area that is cut out and enlarged again, 1 for none.
        crop_ratio: Largest change of the cut's aspect ratio.
        rotation: Largest rotation, degrees.
        brightness: Largest offset added to all pixels, as a share of the full range.
        contrast: Largest relative change of the distance to the image's mean.
        saturation: Largest relative change of the saturation.
        hue: Largest change of the hue, as a share of the color circle.
        blur: Largest standard deviation of a blur that every other sample gets, pixels.
    """

    shift: int = Field(0, ge=0)
    crop: float = Field(1.0, gt=0, le=1)
    crop_ratio: float = Field(1.1, ge=1)
    rotation: float = Field(0.0, ge=0, le=180)
    brightness: float = Field(0.1, ge=0)
    contrast: float = Field(0.1, ge=0)
    saturation: float = Field(0.0, ge=0)
    hue: float = Field(0.0, ge=0, le=0.5)
    blur: float = Field(0.0, ge=0)


def _chosen(names: tuple[str, ...], every: tuple[Any, ...]) -> tuple[str, ...]:
    return tuple(stream.name for stream in every) if names == AUTO else names
