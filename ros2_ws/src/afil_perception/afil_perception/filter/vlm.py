"""The filter that asks a vision-language model."""

from __future__ import annotations

from collections.abc import Sequence
from string import Template

import cv2
import numpy as np
from pydantic import Field

from afil_core.saliency import KeyObject
from afil_core.schema import Schema
from afil_perception.clips.clip import Rgb
from afil_perception.filter.object_filter import FilterRequest, ObjectFilter
from afil_perception.vlm.prompt import needed, read_prompt
from afil_perception.vlm.vlm import Vlm


class Kept(Schema):
    """The answer.

    Attributes:
        ids: Numbers of the objects to keep, the most important first.
    """

    ids: tuple[int, ...] = Field(description="Numbers of the boxes, the most important first")


class VlmFilter(ObjectFilter):
    """Shows the frame with numbered boxes to the VLM that the configuration names.

    Args:
        config: How many to keep, and which prompt.
        vlm: Whom to ask.

    Raises:
        AfilError: When no VLM is chosen, or the prompt can't be read.
    """

    class Config(Schema):
        """Options.

        Attributes:
            max_objects: Most objects kept per segment.
            prompt: File with a prompt of one's own, in which ``$intent``, ``$candidates`` and
                ``$max_objects`` stand for what their names say; empty for the shipped one.
        """

        max_objects: int = Field(3, ge=1)
        prompt: str = ""

    def __init__(self, config: Config, vlm: Vlm | None) -> None:
        self.max_objects = config.max_objects
        self._vlm = needed(vlm, "filter")
        self.content = read_prompt(config.prompt, "filter")

    def keep(self, request: FilterRequest) -> Sequence[int]:
        """Ask which of the candidates matter."""
        prompt = Template(self.content).safe_substitute(
            intent=request.description.intent,
            candidates="\n".join(f"{c.id}: {c.phrase}" for c in request.candidates),
            max_objects=self.max_objects,
        )
        marked = mark(request.rgb, request.candidates)
        return self._vlm.ask(prompt, [marked], Kept).ids


def mark(rgb: Rgb, candidates: Sequence[KeyObject]) -> Rgb:
    """A copy of an image with a numbered box around each object.

    Args:
        rgb: uint8 [H, W, 3].
        candidates: The objects; their ids are the numbers.
    """
    image = np.ascontiguousarray(rgb).copy()
    scale = max(image.shape[1] / 640, 0.4)
    for item in candidates:
        x0, y0, x1, y1 = (round(v) for v in item.box)
        cv2.rectangle(image, (x0, y0), (x1 - 1, y1 - 1), (255, 0, 255), 1)
        place = (x0, max(y0 - 2, round(12 * scale)))
        cv2.putText(
            image, str(item.id), place, cv2.FONT_HERSHEY_SIMPLEX, 0.6 * scale, (255, 0, 255), 1
        )
    return image
