"""What hindsight knows of tracks: a gap between two sightings was none, a ghost is none."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence

from afil_core.saliency import Box, KeyObject


class Smoother:
    """Fills gaps of tracks and drops those that were hardly seen; lags behind by some frames.

    A detector misses an object in one frame of ten. Whoever looks at the video sees that it did
    not go away; so does this class, as it has seen the frame after. Where an object was not
    found, its box is between its boxes before and after, and it has no mask.

    Args:
        max_gap: Longest gap that is filled, frames; 0 fills none.
        min_frames: Least sightings of a track. One that is there in the last frame is kept.
    """

    def __init__(self, max_gap: int, min_frames: int) -> None:
        self._max_gap = max_gap
        self._min_frames = min_frames
        self._lag = max(max_gap, min_frames - 1)
        self._waiting: deque[list[KeyObject]] = deque()
        self._first = 0  # frame of the first that waits
        self._before: dict[int, tuple[int, KeyObject]] = {}  # last sighting that came out
        self._sightings: dict[int, int] = {}

    def push(self, objects: Sequence[KeyObject]) -> Iterator[list[KeyObject]]:
        """Take the next frame; yields those that are done."""
        self._waiting.append(list(objects))
        for item in objects:
            self._sightings[item.id] = self._sightings.get(item.id, 0) + 1
        if len(self._waiting) > self._lag:
            yield self._next()

    def flush(self) -> Iterator[list[KeyObject]]:
        """The frames that still wait, after the last one was pushed."""
        for item in self._waiting[-1] if self._waiting else ():
            self._sightings[item.id] = self._min_frames
        while self._waiting:
            yield self._next()

    def _next(self) -> list[KeyObject]:
        now = self._waiting.popleft()
        found = [o for o in now if self._sightings[o.id] >= self._min_frames]
        there = {o.id for o in now}
        done = list(found)
        for number, (frame, before) in self._before.items():
            if number not in there and self._first - frame <= self._max_gap:
                done += self._between(number, frame, before)
        self._before.update({o.id: (self._first, o) for o in found})
        self._forget()
        self._first += 1
        return done

    def _between(self, number: int, frame: int, before: KeyObject) -> list[KeyObject]:
        """The object where it must be now, if it is seen again in time."""
        for ahead, objects in enumerate(self._waiting, start=1):
            gap = self._first + ahead - frame - 1
            if gap > self._max_gap:
                break
            for after in objects:
                if after.id == number:
                    share = (self._first - frame) / (gap + 1)
                    box = _interpolated(before.box, after.box, share)
                    score = min(before.score, after.score)
                    return [KeyObject(number, before.phrase, score, box)]
        return []

    def _forget(self) -> None:
        """Forget tracks that can't come back."""
        waiting = {o.id for objects in self._waiting for o in objects}
        gone = [
            number
            for number, (frame, _) in self._before.items()
            if self._first - frame > self._max_gap and number not in waiting
        ]
        for number in gone:
            del self._before[number]
        known = waiting | self._before.keys()
        self._sightings = {i: n for i, n in self._sightings.items() if i in known}


def _interpolated(a: Box, b: Box, share: float) -> Box:
    x0, y0, x1, y1 = ((1 - share) * v + share * w for v, w in zip(a, b, strict=True))
    return x0, y0, x1, y1
