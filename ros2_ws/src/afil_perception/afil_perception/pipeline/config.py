"""Configuration of the pipeline: a backend for each stage, with its options."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from afil_core import schema
from afil_core.registry import Selection
from afil_core.schema import Schema
from afil_perception.describe import DESCRIBERS, Describer
from afil_perception.detect import DETECTORS, Detector
from afil_perception.filter import FILTERS, ObjectFilter
from afil_perception.saliency.temporal import SaliencyConfig
from afil_perception.track import TRACKERS, Tracker
from afil_perception.vlm import VLMS, Vlm


class PerceptionConfig(Schema):
    """The whole pipeline. What is ``auto`` is the best that this machine can run.

    Attributes:
        vlm: The vision-language model that stages named ``vlm`` ask; None for none.
        describer: Stage 1: what the task is about.
        detector: Stage 2: where in an image the phrases are.
        tracker: Stage 3: which of them are the same object.
        filter: Stage 4: which objects matter now.
        saliency: Stage 5: the map.
        max_lost_share: Share of a stream's frames that may be unreadable; an episode that lost
            more is refused.
    """

    vlm: Annotated[Selection[Vlm], VLMS] | None = None
    describer: Annotated[Selection[Describer], DESCRIBERS] = Field(
        default_factory=lambda: DESCRIBERS.select("auto")
    )
    detector: Annotated[Selection[Detector], DETECTORS] = Field(
        default_factory=lambda: DETECTORS.select("auto")
    )
    tracker: Annotated[Selection[Tracker], TRACKERS] = Field(
        default_factory=lambda: TRACKERS.select("auto")
    )
    filter: Annotated[Selection[ObjectFilter], FILTERS] = Field(
        default_factory=lambda: FILTERS.select("auto")
    )
    saliency: SaliencyConfig = Field(default_factory=SaliencyConfig)
    max_lost_share: float = Field(0.1, ge=0.0, le=1.0)


def load_config(
    path: str | Path | None, overrides: Mapping[str, Any] | None = None
) -> PerceptionConfig:
    """Read a configuration; keys that the file leaves out have their defaults.

    Args:
        path: YAML file; None for the defaults.
        overrides: Values by dotted key, e.g. ``{"saliency.alpha": 0.5}``.

    Raises:
        AfilError: When the file can't be read, or a key is unknown or out of range.
    """
    if path is None:
        return schema.parse(PerceptionConfig, "", "the command line", overrides)
    remedy = "give a YAML file, or none for the defaults"
    return schema.load(PerceptionConfig, path, overrides, what="perception config", remedy=remedy)
