"""Tracker ``sam3``: SAM 3 finds and follows phrases by itself, run by transformers."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from typing import Any

import torch
from pydantic import Field

from afil_core.saliency import KeyObject
from afil_perception.clips.clip import Clip, Rgb
from afil_perception.describe.describer import Phrase
from afil_perception.detect.detector import Detector
from afil_perception.pretrained import (
    INCIDENTAL,
    LoadedModel,
    ModelConfig,
    Weights,
    load_pretrained,
    require_pretrained,
)
from afil_perception.pretrained.local import weights_identity
from afil_perception.pretrained.once import loaded_once
from afil_perception.track.handover import Found, Handover
from afil_perception.track.tracker import Tracker

_log = logging.getLogger(__name__)

_MODEL_CLASS = "Sam3VideoModel"
LICENSE = "SAM License (Meta's own, no open-source licence: it restricts what SAM 3 is used for)"


class Sam3Tracker(Tracker):
    """SAM 3 with text prompts, in windows; the detector is not asked.

    Args:
        config: Weights, thresholds and window.
    """

    uses_detector = False
    weights = (Weights("facebook/sam3", 3440, LICENSE, gated=True),)
    incidental = INCIDENTAL

    class Config(ModelConfig):
        """Options.

        Attributes:
            window: Frames in memory at once; the last of a window is the first of the next.
            threshold: Least probability of a detection.
            new_threshold: Least probability of one that begins an instance.
            max_gap_frames: Frames after which a lost instance is forgotten.
        """

        model: str = Field("facebook/sam3", min_length=1)
        window: int = Field(48, ge=2)
        threshold: float = Field(0.5, ge=0.0, le=1.0)
        new_threshold: float = Field(0.7, ge=0.0, le=1.0)
        max_gap_frames: int = Field(60, ge=0)

    def __init__(self, config: Config) -> None:
        self._config = config
        self.content = weights_identity(config.model)

    def require(self) -> None:
        """The weights must be here."""
        require_pretrained(self._config, _MODEL_CLASS)

    @loaded_once
    def loaded(self) -> LoadedModel:
        """The model; loaded when it is first asked for."""
        loaded = load_pretrained(self._config, _MODEL_CLASS, "Sam3VideoProcessor")
        _log.warning("SAM 3 is used under the %s; huggingface.co/facebook/sam3 has it", LICENSE)
        loaded.model.score_threshold_detection = self._config.threshold
        loaded.model.new_det_thresh = self._config.new_threshold
        return loaded

    def track(
        self, clip: Clip, phrases: Sequence[Phrase], detector: Detector
    ) -> Iterator[list[KeyObject]]:
        """Find and follow the phrases."""
        del detector
        handover = Handover(self._config.max_gap_frames)
        passed, begun = 0, False  # frames in windows before
        for window in clip.windows(self._config.window, overlap=1):
            images = [frame.rgb for frame in window]
            for index, found in enumerate(self._segment(images, phrases)):
                if not index:
                    handover.begin_window(passed, found)
                objects = handover.update(passed + index, found)
                if index or not begun:
                    yield objects
            passed, begun = passed + len(window) - 1, True

    @torch.inference_mode()
    def _segment(self, frames: Sequence[Rgb], phrases: Sequence[Phrase]) -> Iterator[list[Found]]:
        """What is found in each frame of a window."""
        loaded = self.loaded
        session = loaded.processor.init_video_session(
            video=list(frames),
            inference_device=loaded.device,
            video_storage_device="cpu",
            processing_device="cpu",
            dtype=loaded.dtype,
        )
        texts = [phrase.text for phrase in phrases]
        session = loaded.processor.add_text_prompt(session, texts)
        for output in loaded.model.propagate_in_video_iterator(session):
            yield _found(loaded.processor.postprocess_outputs(session, output))


def _found(result: dict[str, Any]) -> list[Found]:
    phrase_of = {
        number: phrase for phrase, ids in result["prompt_to_obj_ids"].items() for number in ids
    }
    masks = result["masks"].cpu().numpy()
    scores = result["scores"].float().clamp(0, 1).tolist()
    return [
        Found(number, phrase_of[number], scores[k], masks[k])
        for k, number in enumerate(result["object_ids"].tolist())
    ]
