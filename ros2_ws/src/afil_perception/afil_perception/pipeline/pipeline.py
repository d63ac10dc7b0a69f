"""The stages in a row: frames of an episode in, key objects and maps out, in one pass."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from afil_core.errors import AfilError
from afil_perception.filter.segments import SegmentFilter
from afil_perception.objects import Box, Description, KeyObject, ObjectQuery, Rgb
from afil_perception.pipeline.config import PerceptionConfig
from afil_perception.pipeline.registry import create_backends
from afil_perception.saliency.temporal import SaliencyParameters, saliency_map, to_uint8


@dataclass(frozen=True)
class PerceivedFrame:
    """What the pipeline makes of one frame.

    Attributes:
        stamp_ns: Stamp of the image.
        rgb: The image, uint8 [H, W, 3].
        objects: The kept key objects.
        saliency: The map, uint8 [H, W].
    """

    stamp_ns: int
    rgb: Rgb
    objects: tuple[KeyObject, ...]
    saliency: NDArray[np.uint8]


@dataclass(frozen=True)
class Plan:
    """What will be looked for in an episode.

    Attributes:
        description: Intent and objects, without those that can't be looked for.
        problems: A sentence per phrase that can't be looked for.
    """

    description: Description
    problems: tuple[str, ...]


class Pipeline:
    """Describe, detect, track, filter, saliency, with the backends that a configuration names.

    Args:
        config: The configuration.

    Raises:
        AfilError: When a backend is unknown or not there yet.
    """

    def __init__(self, config: PerceptionConfig) -> None:
        self.config = config
        self._backends = create_backends(config)

    def plan(self, instruction: str) -> Plan:
        """Decide what to look for.

        Args:
            instruction: Task instruction of the episode.

        Raises:
            AfilError: When nothing of what the instruction names can be looked for.
        """
        description = self._backends.describer.describe(instruction, ())
        problems = self._backends.detector.problems(description.objects)
        wanted = tuple(q for q in description.objects if q.phrase not in problems)
        if not wanted:
            raise AfilError(
                f"nothing to look for in the instruction '{instruction}': "
                + "; ".join(problems.values())
            )
        return Plan(Description(description.intent, wanted), tuple(problems.values()))

    def parameters(self, *, driving: bool) -> SaliencyParameters:
        """The saliency parameters for a scene."""
        return SaliencyParameters.of(self.config.saliency, driving=driving)

    def run(
        self,
        frames: Iterable[tuple[int, Rgb]],
        description: Description,
        parameters: SaliencyParameters,
    ) -> Iterator[PerceivedFrame]:
        """Perceive one image stream.

        Memory is bounded by the saliency window, whatever the length of the stream.

        Args:
            frames: Stamp (ns) and image, uint8 [H, W, 3] RGB, in the order of time.
            description: What to look for.
            parameters: Of the saliency maps.

        Yields:
            One result per frame, in the same order.
        """
        queries: tuple[ObjectQuery, ...] = description.objects
        tracker = self._backends.new_tracker()
        chooser = SegmentFilter(self._backends.filter, description, self.config.filter.max_objects)

        def seen() -> Iterator[_SeenFrame]:
            for stamp_ns, rgb in frames:
                detections = self._backends.detector.detect(rgb, queries)
                kept = chooser.update(rgb, tracker.update(rgb, detections))
                yield _SeenFrame(stamp_ns, rgb, tuple(kept))

        return _with_maps(seen(), parameters)


@dataclass(frozen=True)
class _SeenFrame:
    stamp_ns: int
    rgb: Rgb
    objects: tuple[KeyObject, ...]


def _with_maps(
    frames: Iterable[_SeenFrame], parameters: SaliencyParameters
) -> Iterator[PerceivedFrame]:
    """Add the maps; a frame comes out when all of its window has been seen."""
    ahead = 0 if parameters.causal else parameters.window
    recent: deque[_SeenFrame] = deque(maxlen=parameters.window + 1 + ahead)
    for frame in frames:
        recent.append(frame)
        index = len(recent) - 1 - ahead
        if index >= 0:
            yield _perceived(recent, index, parameters)
    for index in range(max(len(recent) - ahead, 0), len(recent)):
        yield _perceived(recent, index, parameters)


def _perceived(
    recent: deque[_SeenFrame], index: int, parameters: SaliencyParameters
) -> PerceivedFrame:
    boxes: dict[int, list[Box]] = {
        other - index: [o.box for o in frame.objects] for other, frame in enumerate(recent)
    }
    frame = recent[index]
    height, width = frame.rgb.shape[:2]
    saliency = to_uint8(saliency_map(boxes, (height, width), parameters))
    return PerceivedFrame(frame.stamp_ns, frame.rgb, frame.objects, saliency)
