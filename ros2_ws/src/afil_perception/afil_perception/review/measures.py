"""What looks wrong with an episode's sidecar, in numbers and sentences."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from afil_core.saliency import Box, KeyObject, Provenance, Sidecar, box_iou
from afil_core.saliency.provenance import StreamRecord
from afil_core.schema import read
from afil_perception.saliency.temporal import SaliencyConfig

# A map may reach this many sigmas beyond its boxes.
_REACH = 2.5
_SAME_PLACE = 0.7
_MOST_EMPTY = 0.05
_MOST_OUTSIDE = 0.2
_MOST_FLICKER = 0.02
_MOST_EVENTS = 0.03


@dataclass
class StreamMeasures:
    """What was measured of an image stream.

    Attributes:
        name: Of the stream.
        frames: Frames with a map.
        empty: Those without a key object, or with an empty map.
        flicker: Frames in which a thing stays in its place and its phrase changes.
        outside: Mean share of a map's mass outside of its objects' boxes (grown by what a
            Gaussian reaches), over the frames that are not empty.
        events: What looked wrong with the tracks, by kind.
        lost: Frames that could not be perceived.
        worst: Numbers of frames that a person should look at.
    """

    name: str
    frames: int = 0
    empty: int = 0
    flicker: int = 0
    outside: float = 0.0
    events: dict[str, int] = field(default_factory=dict)
    lost: int = 0
    worst: list[int] = field(default_factory=list)

    def reasons(self) -> list[tuple[float, str]]:
        """What is suspicious, each with how much it weighs."""
        count = max(self.frames, 1)
        found = []
        if self.empty / count > _MOST_EMPTY:
            share = self.empty / count
            found.append((3 * share, f"{self.empty} of {self.frames} maps are empty"))
        if self.outside > _MOST_OUTSIDE:
            text = f"{self.outside:.0%} of the maps' mass is outside of the boxes"
            found.append((2 * self.outside, text))
        if self.flicker / count > _MOST_FLICKER:
            text = f"phrases flicker in {self.flicker} of {self.frames} frames"
            found.append((2 * self.flicker / count, text))
        wrong = sum(self.events.values())
        if wrong / count > _MOST_EVENTS:
            kinds = ", ".join(f"{n} {kind.replace('_', ' ')}" for kind, n in self.events.items())
            found.append((wrong / count, f"tracks look wrong: {kinds}"))
        if self.lost:
            found.append((self.lost / count, f"{self.lost} frames could not be perceived"))
        return [(weight, f"{self.name}: {text}") for weight, text in found]


def measure(sidecar: Sidecar, provenance: Provenance, name: str, scene: str) -> StreamMeasures:
    """Go through a stream's key objects and maps once.

    Args:
        sidecar: The sidecar.
        provenance: How it was made.
        name: Of the image stream.
        scene: ``driving`` or ``manipulation``.

    Raises:
        AfilError: When the sidecar can't be read.
    """
    record: StreamRecord = provenance.streams[name]
    source = f"{sidecar.path}/perception.yaml"
    config = read(SaliencyConfig, provenance.config.get("saliency", {}), source)
    config = config.for_scene(driving=scene == "driving")
    measures = StreamMeasures(name, events=dict(record.track_events), lost=record.lost)
    shares: list[float] = []
    recent: deque[Sequence[Box]] = deque(maxlen=config.window + 1)
    frames = _frames(sidecar, record.topic)
    for number, (before, (objects, saliency)) in enumerate(pairwise(_led(frames))):
        measures.frames += 1
        recent.append([o.box for o in objects])
        mass = float(saliency.sum(dtype=np.float64))
        if not objects or not mass:
            measures.empty += 1
            measures.worst.append(number)
        else:
            reach = _REACH * (config.sigma_fraction or 0.0) * saliency.shape[1]
            inside = _inside(saliency, [box for boxes in recent for box in boxes], reach)
            shares.append(1.0 - inside / mass)
            if shares[-1] > _MOST_OUTSIDE:
                measures.worst.append(number)
        if _flickers(before[0], objects):
            measures.flicker += 1
            measures.worst.append(number)
    measures.outside = float(np.mean(shares)) if shares else 0.0
    return measures


Pair = tuple[Sequence[KeyObject], NDArray[np.uint8]]


def _frames(sidecar: Sidecar, topic: str) -> Iterator[Pair]:
    found = zip(sidecar.key_objects(topic), sidecar.maps(topic), strict=True)
    return ((objects, saliency) for (_, objects), (_, saliency) in found)


def _led(frames: Iterator[Pair]) -> Iterator[Pair]:
    """With an empty frame before the first, so that each has one before it."""
    yield (), np.zeros((1, 1), np.uint8)
    yield from frames


def _inside(saliency: NDArray[np.uint8], boxes: Sequence[Box], reach: float) -> float:
    height, width = saliency.shape
    mask = np.zeros((height, width), dtype=bool)
    for x0, y0, x1, y1 in boxes:
        left, top = max(int(x0 - reach), 0), max(int(y0 - reach), 0)
        mask[top : int(y1 + reach) + 1, left : int(x1 + reach) + 1] = True
    return float(saliency[mask].sum(dtype=np.float64))


def _flickers(before: Sequence[KeyObject], now: Sequence[KeyObject]) -> bool:
    """Whether something stays where it is, and is called otherwise."""
    if not before or not now:
        return False
    overlap = box_iou([o.box for o in now], [o.box for o in before])
    for row, item in zip(overlap, now, strict=True):
        same = int(row.argmax())
        if row[same] >= _SAME_PLACE and before[same].phrase != item.phrase:
            # Two things may lie in one place: then the phrase was there before.
            there = {b.phrase for b, share in zip(before, row, strict=True) if share > 0.3}
            if item.phrase not in there:
                return True
    return False
