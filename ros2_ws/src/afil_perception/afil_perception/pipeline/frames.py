"""What becomes of each recorded frame of a clip on its way through the stages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from afil_core.errors import AfilError
from afil_core.saliency import KeyObject
from afil_perception.clips.clip import Clip, Frame, Loss
from afil_perception.filter.decision import Decision
from afil_perception.track.quality import TrackEvent, TrackInspector


@dataclass(frozen=True)
class SeenFrame:
    """A frame that was read.

    Attributes:
        index: Its place in the clip.
        stamp_ns: Its stamp.
        size: Height and width in pixels.
        objects: The instances in it; after the filter, those that it did not keep among them.
        kept: Ids of those that matter; None before the filter.
        events: What looks wrong with the instances in it.
        decision: What the filter decided, on the first frame of a segment.
    """

    index: int
    stamp_ns: int
    size: tuple[int, int]
    objects: tuple[KeyObject, ...]
    events: tuple[TrackEvent, ...] = ()
    decision: Decision | None = None
    kept: tuple[int, ...] | None = None


@dataclass(frozen=True)
class LostFrame:
    """A frame that could not be read.

    Attributes:
        index: Its place in the clip.
        loss: Why.
    """

    index: int
    loss: Loss


class WatchedClip(Clip):
    """A clip that notes which frames were read, so that a tracker's answers can be told apart.

    Args:
        clip: The clip.
    """

    def __init__(self, clip: Clip) -> None:
        self._clip = clip
        self.live = clip.live
        self.read: list[tuple[int, int, tuple[int, int]]] = []  # index, stamp, size

    @property
    def identity(self) -> str:
        """As the clip's."""
        return self._clip.identity

    @property
    def times_ns(self) -> Sequence[int]:
        """As the clip's."""
        return self._clip.times_ns

    @property
    def lost(self) -> Mapping[int, Loss]:
        """As the clip's."""
        return self._clip.lost

    def __len__(self) -> int:
        """As the clip's."""
        return len(self._clip)

    def __iter__(self) -> Iterator[Frame]:
        """The readable frames, noted when they are read for the first time."""
        for frame in self._clip:
            if not self.read or frame.index > self.read[-1][0]:
                height, width = frame.rgb.shape[:2]
                self.read.append((frame.index, frame.stamp_ns, (int(height), int(width))))
            yield frame

    def ready(self) -> bool:
        """As the clip's."""
        return self._clip.ready()

    def frame(self, index: int) -> Frame:
        """As the clip's."""
        return self._clip.frame(index)


def matched(
    clip: WatchedClip, tracked: Iterator[list[KeyObject]], tracker: str
) -> Iterator[SeenFrame | LostFrame]:
    """A tracker's answers beside their frames, and the frames that could not be read.

    Args:
        clip: The clip that the tracker reads.
        tracked: Its answers.
        tracker: Its name, for error sentences.

    Yields:
        One item for each recorded frame, in their order.

    Raises:
        AfilError: When there are more or fewer answers than readable frames.
    """
    told = 0  # recorded frames that have their item
    answers = 0
    inspector = TrackInspector()
    for objects in tracked:
        if answers == len(clip.read):
            raise AfilError(
                f"tracker '{tracker}' answered for {answers + 1} frames, but read {answers}; it "
                f"must read the clip by iterating or in windows"
            )
        index, stamp_ns, size = clip.read[answers]
        yield from _lost(clip, told, index)
        events = inspector.update(objects, size)
        yield SeenFrame(index, stamp_ns, size, tuple(objects), events)
        answers, told = answers + 1, index + 1
    if answers < len(clip.read) or len(clip.read) + len(clip.lost) < len(clip):
        raise AfilError(
            f"tracker '{tracker}' answered for {answers} of "
            f"{len(clip) - len(clip.lost)} readable frames; it must answer for each"
        )
    yield from _lost(clip, told, len(clip))


def _lost(clip: Clip, start: int, stop: int) -> Iterator[LostFrame]:
    for index in range(start, stop):
        if index in clip.lost:
            yield LostFrame(index, clip.lost[index])
