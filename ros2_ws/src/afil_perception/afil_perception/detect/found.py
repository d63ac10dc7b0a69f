"""From a model's raw boxes to detections: clipped, without duplicates, the best first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pydantic import Field

from afil_perception.describe.describer import Phrase
from afil_perception.detect.detector import Detection
from afil_perception.pretrained.load import ModelConfig

if TYPE_CHECKING:
    import torch


class OpenVocabularyConfig(ModelConfig):
    """Options that all detectors with trained weights have.

    Attributes:
        nms_iou: Of two boxes of one phrase that overlap more than this, the better one stays.
        max_candidates: Most detections per phrase and frame.
    """

    nms_iou: float = Field(0.6, gt=0.0, le=1.0)
    max_candidates: int = Field(10, ge=1)


def detections(
    boxes: torch.Tensor,
    scores: torch.Tensor,
    phrase_index: torch.Tensor,
    phrases: Sequence[Phrase],
    size: tuple[int, int],
    config: OpenVocabularyConfig,
) -> list[Detection]:
    """What a model found in one image.

    Args:
        boxes: [N, 4] corners in pixels of the image.
        scores: [N] in [0, 1].
        phrase_index: int [N], place of each box's phrase in ``phrases``.
        phrases: What was looked for.
        size: Height and width of the image.
        config: Suppression and most detections.
    """
    from torchvision.ops import batched_nms, clip_boxes_to_image, remove_small_boxes

    boxes, scores, phrase_index = boxes.float().cpu(), scores.float().cpu(), phrase_index.cpu()
    boxes = clip_boxes_to_image(boxes, size)
    whole = remove_small_boxes(boxes, 1.0)
    boxes, scores, phrase_index = boxes[whole], scores[whole], phrase_index[whole]
    found: list[Detection] = []
    count = [0] * len(phrases)
    for k in batched_nms(boxes, scores, phrase_index, config.nms_iou).tolist():
        index = int(phrase_index[k])
        count[index] += 1
        if count[index] <= config.max_candidates:
            x0, y0, x1, y1 = (float(v) for v in boxes[k].tolist())
            score = min(max(float(scores[k]), 0.0), 1.0)
            found.append(Detection(phrases[index].text, score, (x0, y0, x1, y1)))
    return found
