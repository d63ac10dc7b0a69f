"""What SAM 2 does, whoever runs it: from prompts in one frame to masks in the frames after it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from afil_core.saliency import Box
from afil_perception.clips.clip import Rgb

Mask: TypeAlias = NDArray[np.bool_]
"""Pixels of an object, bool [H, W], of the image's size."""

# Frames that SAM 2 looks back on: 7 for their memory, 16 for their object pointers.
LOOKS_BACK = 16


@dataclass(frozen=True)
class Prompt:
    """What to follow: a box, or a mask, in the first frame.

    Attributes:
        id: Number of the object.
        box: Where it is, pixels of the image; None where a mask says it.
        mask: Its pixels; None where a box says it.
    """

    id: int
    box: Box | None = None
    mask: Mask | None = None


@dataclass(frozen=True)
class Segment:
    """An object in a frame.

    Attributes:
        id: That of its prompt.
        mask: Its pixels; none where it is hidden.
        score: How sure it is that the object is there, in [0, 1].
    """

    id: int
    mask: Mask
    score: float


class VideoSegmenter(ABC):
    """Follows prompted objects through a few frames."""

    @abstractmethod
    def segment(self, frames: Sequence[Rgb], prompts: Sequence[Prompt]) -> Iterator[list[Segment]]:
        """Follow objects from the first frame on.

        What it remembers of frames that have passed is bounded, whatever their number.

        Args:
            frames: uint8 [H, W, 3] each, of one size.
            prompts: At least one, all of the first frame.

        Yields:
            For each frame, one segment per prompt in their order. Whoever has seen enough stops
            asking.
        """


def forget(outputs: dict[int, Any], now: int) -> None:
    """Drop what a model stored of frames that it no longer looks at.

    Args:
        outputs: What it stored, by frame.
        now: The newest frame.
    """
    for frame in [f for f in outputs if f < now - LOOKS_BACK]:
        del outputs[frame]
