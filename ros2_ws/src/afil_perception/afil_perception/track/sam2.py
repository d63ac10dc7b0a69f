"""Tracker ``sam2``: detector and SAM 2, run by transformers."""

from __future__ import annotations

from pydantic import Field

from afil_perception.pretrained import Weights, load_pretrained, require_pretrained
from afil_perception.pretrained.once import loaded_once
from afil_perception.track.prompted import PromptedConfig, PromptedTracker
from afil_perception.track.segmenter import VideoSegmenter

_MODEL_CLASS = "Sam2VideoModel"


class Sam2Tracker(PromptedTracker):
    """SAM 2 (arXiv 2408.00714) prompted by the detector.

    Args:
        config: Weights, window and how often to look.
    """

    weights = (
        Weights("facebook/sam2.1-hiera-tiny", 156, "Apache-2.0"),
        Weights("facebook/sam2.1-hiera-small", 184, "Apache-2.0"),
        Weights("facebook/sam2.1-hiera-base-plus", 323, "Apache-2.0"),
        Weights("facebook/sam2.1-hiera-large", 898, "Apache-2.0"),
    )

    class Config(PromptedConfig):
        """Options."""

        model: str = Field("facebook/sam2.1-hiera-tiny", min_length=1)

    def require(self) -> None:
        """The weights must be here."""
        require_pretrained(self._config, _MODEL_CLASS)

    @loaded_once
    def segmenter(self) -> VideoSegmenter:
        """The model."""
        # Imported here: which trackers there are is asked where no torch is needed.
        from afil_perception.track.sam2_segmenter import TransformersSegmenter

        return TransformersSegmenter(
            load_pretrained(self._config, _MODEL_CLASS, "Sam2VideoProcessor")
        )
