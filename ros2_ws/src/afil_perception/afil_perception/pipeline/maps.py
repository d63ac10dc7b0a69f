"""The maps of perceived frames, in one pass over a clip."""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Iterable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from afil_core.saliency import KeyObject
from afil_perception.filter.decision import Decision
from afil_perception.pipeline.frames import LostFrame, SeenFrame
from afil_perception.saliency import MapRenderer, SaliencyConfig
from afil_perception.track import TrackEvent

Item: TypeAlias = SeenFrame | LostFrame


@dataclass(frozen=True)
class PerceivedFrame:
    """What the pipeline makes of one frame.

    Attributes:
        index: Its place in the clip.
        stamp_ns: Stamp of the image.
        objects: The kept key objects.
        saliency: The map, uint8 [H, W].
        events: What looks wrong with the instances, kept or not.
        decision: What the filter decided, on the first frame of a segment.
    """

    index: int
    stamp_ns: int
    objects: tuple[KeyObject, ...]
    saliency: NDArray[np.uint8]
    events: tuple[TrackEvent, ...] = ()
    decision: Decision | None = None


def with_maps(
    items: Iterable[Item], config: SaliencyConfig
) -> Generator[PerceivedFrame | LostFrame, None, None]:
    """Add the maps; a frame comes out when all of its window has been seen.

    Args:
        items: The frames; lost ones pass, and are no steps of a window.
        config: Parameters of the maps, with a sigma.
    """
    ahead = 0 if config.causal else config.window
    recent: deque[SeenFrame] = deque(maxlen=config.window + 1 + ahead)
    renderers: dict[tuple[int, int], MapRenderer] = {}
    for item in items:
        if isinstance(item, LostFrame):
            yield item
            continue
        recent.append(item)
        index = len(recent) - 1 - ahead
        if index >= 0:
            yield _perceived(recent, index, config, renderers)
    for index in range(max(len(recent) - ahead, 0), len(recent)):
        yield _perceived(recent, index, config, renderers)


def _perceived(
    recent: deque[SeenFrame],
    index: int,
    config: SaliencyConfig,
    renderers: dict[tuple[int, int], MapRenderer],
) -> PerceivedFrame:
    near = {other - index: frame.objects for other, frame in enumerate(recent)}
    frame = recent[index]
    if frame.size not in renderers:
        renderers[frame.size] = MapRenderer(config, frame.size)
    saliency = renderers[frame.size].gray(near)
    return PerceivedFrame(
        frame.index, frame.stamp_ns, frame.objects, saliency, frame.events, frame.decision
    )
