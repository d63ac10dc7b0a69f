"""Identities on the boxes of a real Grounding DINO: how often they break, and what that costs.

There is no truth of identities in these videos, so what counts as a break is defined without
one: an identity begins although another one of about the same size was last seen there, at most
half a second before, and never again. The opposite fault, one identity for two objects, shows as
one that moves by more than its size between two sightings.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from afil_core.errors import AfilError
from afil_core.saliency import Box, KeyObject, box_center, box_iou
from afil_perception.describe import Description, Phrase
from afil_perception.detect import Detection, Detector
from afil_perception.filter import Choice, FilterRequest, ObjectFilter
from afil_perception.filter.segments import SegmentFilter
from afil_perception.filter.vlm import VlmFilter
from afil_perception.track import TRACKERS
from benchmarks.bench_perceive_scenes import ImagesClip

FILE = "detected_boxes.json"
FRAMES_PER_S = 20
_RECENT = FRAMES_PER_S // 2
_AUTHORS_IOU = 0.2
_PHRASE = "object"

Tracked = list[list[KeyObject]]


@dataclass(frozen=True)
class Faults:
    """What is wrong with identities.

    Attributes:
        identities: How many there are.
        breaks: Those that go on where another one ended.
        jumps: Sightings further than the object's size from the one before.
    """

    identities: int
    breaks: int
    jumps: int


def read_boxes(folder: Path) -> list[list[Box]]:
    """The detected boxes of each frame.

    Raises:
        AfilError: When they are not there.
    """
    place = folder / FILE
    try:
        frames = json.loads(place.read_text(encoding="utf-8"))
        return [[(float(a), float(b), float(c), float(d)) for a, b, c, d in f] for f in frames]
    except (OSError, ValueError, TypeError) as error:
        raise AfilError(
            f"{place} has no boxes ({error}); give the folder of the authors' data with --data"
        ) from error


def authors_rule(frames: Sequence[Sequence[Box]]) -> Tracked:
    """The published pipeline's rule: the box of the previous frame that overlaps most, or new."""
    tracked: Tracked = []
    before: list[KeyObject] = []
    count = 0
    for boxes in frames:
        free = list(before)
        now = []
        for box in boxes:
            overlap = box_iou([box], [o.box for o in free])[0]
            if overlap.size and overlap.max() >= _AUTHORS_IOU:
                number = free.pop(int(overlap.argmax())).id
            else:
                count += 1
                number = count
            now.append(KeyObject(number, _PHRASE, 1.0, box))
        before = now
        tracked.append(now)
    return tracked


class _Known(Detector):
    """Says what was detected; an image holds the number of its frame."""

    def __init__(self, frames: Sequence[Sequence[Box]]) -> None:
        self._frames = frames

    def detect(
        self, images: Sequence[np.ndarray], phrases: Sequence[Phrase]
    ) -> list[list[Detection]]:
        """The boxes of each frame."""
        del phrases
        numbers = [int(image.view(np.int32)[0, 0, 0]) for image in images]
        return [[Detection(_PHRASE, 1.0, box) for box in self._frames[k]] for k in numbers]


def clip_of(count: int) -> ImagesClip:
    """Images that hold the numbers of their frames."""
    images = [np.full((1, 4, 3), 0, np.uint8) for _ in range(count)]
    for k, image in enumerate(images):
        image.reshape(-1)[:4] = np.frombuffer(np.int32(k).tobytes(), np.uint8)
    return ImagesClip([i.reshape(1, 1, 12) for i in images], 1_000_000_000 // FRAMES_PER_S)


def our_rule(frames: Sequence[Sequence[Box]], **options: object) -> Tracked:
    """The tracker ``iou``."""
    tracker = TRACKERS.select("iou", **options).build()
    phrases = [Phrase(text=_PHRASE, role="target")]
    return list(tracker.track(clip_of(len(frames)), phrases, _Known(frames)))


def faults(tracked: Tracked) -> Faults:
    """What is wrong with identities."""
    seen: dict[int, list[tuple[int, Box]]] = {}
    for frame, objects in enumerate(tracked):
        for item in objects:
            seen.setdefault(item.id, []).append((frame, item.box))
    breaks = sum(
        any(_continues(seen[other][-1], first[0]) for other in seen if other != number)
        for number, first in seen.items()
        if first[0][0] > 0
    )
    jumps = sum(
        _distance(a, b) > _side(b)
        for sightings in seen.values()
        for (_, a), (_, b) in pairwise(sightings)
    )
    return Faults(len(seen), breaks, jumps)


def _continues(last: tuple[int, Box], first: tuple[int, Box]) -> bool:
    """Whether what ended so is what begins so."""
    (ended, a), (begun, b) = last, first
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (a, b)]
    return (
        0 < begun - ended <= _RECENT
        and _distance(a, b) <= max(_side(a), _side(b))
        and min(areas) * 3 >= max(areas)
    )


def _side(box: Box) -> float:
    return max(box[2] - box[0], box[3] - box[1])


def _distance(a: Box, b: Box) -> float:
    return float(np.hypot(*np.subtract(box_center(a), box_center(b))))


def questions_of_authors(tracked: Tracked) -> int:
    """Their trigger: the set of identities changed, or the frame before had no objects."""
    count = 0
    before: set[int] = set()
    for objects in tracked:
        now = {o.id for o in objects}
        count += bool(now) and (now != before or not before)
        before = now
    return count


class _KeepsAll(ObjectFilter):
    """Asks when the filter ``vlm`` would, and keeps the first candidates."""

    def __init__(self) -> None:
        asks = VlmFilter.Config()
        self.max_objects = asks.max_objects
        self.min_interval_s = asks.min_interval_s
        self.every_s = asks.every_s
        self.reuse_s = asks.reuse_s

    def keep(self, request: FilterRequest) -> Choice:
        """The first candidates."""
        return Choice(tuple(c.id for c in request.candidates))


def questions_of_ours(tracked: Tracked) -> int:
    """How often the filter ``vlm`` with its defaults would ask."""
    description = Description(intent="", objects=(Phrase(text=_PHRASE, role="target"),))
    chooser = SegmentFilter(_KeepsAll(), description, clip_of(len(tracked)))
    for frame, objects in enumerate(tracked):
        chooser.update(frame, frame * 1_000_000_000 // FRAMES_PER_S, objects)
    return chooser.segments
