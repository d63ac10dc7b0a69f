"""What Grounding DINO and its successors share: one line of text, boxes that go with tokens."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import Field

from afil_perception.clips.clip import Rgb
from afil_perception.describe.describer import Phrase
from afil_perception.detect.caption import Caption, captions
from afil_perception.detect.detector import Detection, Detector
from afil_perception.detect.found import OpenVocabularyConfig, detections
from afil_perception.pretrained import (
    INCIDENTAL,
    LoadedModel,
    load_pretrained,
    require_pretrained,
)
from afil_perception.pretrained.local import weights_identity
from afil_perception.pretrained.once import loaded_once

if TYPE_CHECKING:
    import torch


class GroundingConfig(OpenVocabularyConfig):
    """Options of detectors that read all phrases in one line.

    Attributes:
        box_threshold: Least probability of the best token of a box's phrase.
        text_threshold: Tokens with less probability do not count when a box's phrase is chosen.
    """

    box_threshold: float = Field(0.3, ge=0.0, le=1.0)
    text_threshold: float = Field(0.25, ge=0.0, le=1.0)


class GroundingDetector(Detector):
    """Base of the detectors.

    Args:
        config: Weights and thresholds.

    Attributes:
        model_class: Name of the model's class in transformers.
    """

    model_class: ClassVar[str]
    incidental = INCIDENTAL

    def __init__(self, config: GroundingConfig) -> None:
        self._config = config
        self.content = weights_identity(config.model)

    def require(self) -> None:
        """The weights must be here."""
        require_pretrained(self._config, self.model_class)

    @loaded_once
    def loaded(self) -> LoadedModel:
        """The model; loaded when it is first asked for."""
        return load_pretrained(self._config, self.model_class, "GroundingDinoProcessor")

    def detect(self, images: Sequence[Rgb], phrases: Sequence[Phrase]) -> list[list[Detection]]:
        """Find the phrases in a batch of images, in one pass where they fit one line."""
        if not images or not phrases:
            return [[] for _ in images]
        import torch

        loaded = self.loaded
        pixels = loaded.processor.image_processor(images=list(images), return_tensors="pt")
        limit = int(loaded.model.config.max_text_len)
        lines = captions(phrases, loaded.processor.tokenizer, limit)
        passes = [self._forward(pixels, line, len(images)) for line in lines]
        found = []
        for k, image in enumerate(images):
            size = (int(image.shape[0]), int(image.shape[1]))
            parts = [
                self._kept(line, probability[k], boxes[k], size)
                for line, (probability, boxes) in zip(lines, passes, strict=True)
            ]
            boxes_px, scores, index = (torch.cat(column) for column in zip(*parts, strict=True))
            found.append(detections(boxes_px, scores, index, phrases, size, self._config))
        return found

    def _forward(
        self, pixels: Any, line: Caption, count: int
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Probabilities [B, Q, L] and boxes [B, Q, 4] (center and size, of the image's)."""
        import torch

        loaded = self.loaded
        ids = torch.tensor([line.ids] * count, device=loaded.device)
        with torch.inference_mode():
            output = loaded.model(
                pixel_values=pixels["pixel_values"].to(loaded.device, loaded.dtype),
                pixel_mask=pixels["pixel_mask"].to(loaded.device),
                input_ids=ids,
                token_type_ids=torch.zeros_like(ids),
                attention_mask=torch.ones_like(ids),
            )
        return output.logits.float().sigmoid().cpu(), output.pred_boxes.float().cpu()

    def _kept(
        self, line: Caption, probability: torch.Tensor, boxes: torch.Tensor, size: tuple[int, int]
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Boxes [N, 4] in pixels, scores [N] and phrases [N] of those above the thresholds."""
        import torch
        from torchvision.ops import box_convert

        scores, index = line.scores(probability, self._config.text_threshold)
        keep = (scores >= self._config.box_threshold) & (scores > 0)
        height, width = size
        scale = torch.tensor([width, height, width, height], dtype=torch.float32)
        corners = box_convert(boxes[keep], "cxcywh", "xyxy") * scale
        return corners, scores[keep], index[keep]
