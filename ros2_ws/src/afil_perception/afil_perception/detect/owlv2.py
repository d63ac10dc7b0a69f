"""Detector ``owlv2``: one score for each box and phrase, no line of text."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import Field

from afil_perception.clips.clip import Rgb
from afil_perception.describe.describer import Phrase
from afil_perception.detect.detector import Detection, Detector
from afil_perception.detect.found import OpenVocabularyConfig, detections
from afil_perception.pretrained import (
    INCIDENTAL,
    LoadedModel,
    Weights,
    load_pretrained,
    require_pretrained,
)
from afil_perception.pretrained.local import weights_identity
from afil_perception.pretrained.once import loaded_once

_MODEL_CLASS = "Owlv2ForObjectDetection"


class Owlv2Detector(Detector):
    """OWLv2 (arXiv 2306.09683).

    Args:
        config: Weights, threshold and template.
    """

    weights = (
        Weights("google/owlv2-base-patch16-ensemble", None, "Apache-2.0"),
        Weights("google/owlv2-large-patch14-ensemble", None, "Apache-2.0"),
    )
    incidental = INCIDENTAL

    class Config(OpenVocabularyConfig):
        """Options.

        Attributes:
            threshold: Least probability of a box's best phrase.
            template: Words around the phrase, which stands for ``{}``.
        """

        model: str = Field("google/owlv2-base-patch16-ensemble", min_length=1)
        threshold: float = Field(0.2, ge=0.0, le=1.0)
        template: str = Field("a photo of a {}", pattern=r"^[^{}]*\{\}[^{}]*$")

    def __init__(self, config: Config) -> None:
        self._config = config
        self.content = weights_identity(config.model)

    def require(self) -> None:
        """The weights must be here."""
        require_pretrained(self._config, _MODEL_CLASS)

    @loaded_once
    def loaded(self) -> LoadedModel:
        """The model; loaded when it is first asked for."""
        return load_pretrained(self._config, _MODEL_CLASS, "Owlv2Processor")

    def detect(self, images: Sequence[Rgb], phrases: Sequence[Phrase]) -> list[list[Detection]]:
        """Find the phrases in a batch of images, in one pass."""
        if not images or not phrases:
            return [[] for _ in images]
        import torch
        from torchvision.ops import box_convert

        loaded = self.loaded
        pixels = loaded.processor.image_processor(images=list(images), return_tensors="pt")
        texts = [self._config.template.format(p.text) for p in phrases]
        length = int(loaded.model.config.text_config.max_position_embeddings)
        tokens = loaded.processor.tokenizer(
            texts, padding="max_length", max_length=length, truncation=True, return_tensors="pt"
        )
        with torch.inference_mode():
            output = loaded.model(
                pixel_values=pixels["pixel_values"].to(loaded.device, loaded.dtype),
                input_ids=tokens["input_ids"].repeat(len(images), 1).to(loaded.device),
                attention_mask=tokens["attention_mask"].repeat(len(images), 1).to(loaded.device),
            )
        found = []
        for image, logits, boxes in zip(images, output.logits, output.pred_boxes, strict=True):
            scores, index = logits.float().sigmoid().max(dim=1)
            keep = scores >= self._config.threshold
            size = (int(image.shape[0]), int(image.shape[1]))
            # The image is the top left of a square, which is what boxes are fractions of.
            corners = box_convert(boxes[keep].float(), "cxcywh", "xyxy") * max(size)
            found.append(
                detections(corners, scores[keep], index[keep], phrases, size, self._config)
            )
        return found
