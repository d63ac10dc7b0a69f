"""Cameras that go on sending the same picture with fresh stamps."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from afil_core.kinds import Observation

# The stamp lies before; what follows says nothing of time.
_STAMP_END = 12
_LEAST_FRAMES = 3
_PART = 4096


@dataclass
class _Picture:
    cdr: bytes
    since_s: float
    frames: int


class FrozenImages:
    """Notices that a camera's pictures no longer change, byte for byte.

    A sensor has noise: two of its pictures are never the same. A rendered picture of a scene
    in which nothing moves is, so a simulation's cameras are not judged.

    Args:
        streams: Streams of which the images are judged.
        longest_s: Wall time that a picture may stay the same; 0 to judge none.
    """

    def __init__(self, streams: Iterable[Observation], longest_s: float) -> None:
        self._longest_s = longest_s
        images = streams if longest_s > 0 else ()
        self._topics = {s.name: s.topic for s in images if s.is_image}
        self._pictures: dict[str, _Picture] = {}
        self._problems: dict[str, str] = {}

    @property
    def problem(self) -> str | None:
        """A sentence for a camera that is frozen; None where none is."""
        return next(iter(self._problems.values()), None)

    def check(self, stream: str, cdr: bytes, now_s: float) -> None:
        """Judge one message.

        Args:
            stream: Name of its stream.
            cdr: The serialized message.
            now_s: Steady clock.
        """
        if stream not in self._topics:
            return
        seen = self._pictures.get(stream)
        if seen is None or not _same(seen.cdr, cdr):
            self._pictures[stream] = _Picture(cdr, now_s, 1)
            self._problems.pop(stream, None)
            return
        seen.frames += 1
        still_s = now_s - seen.since_s
        if seen.frames >= _LEAST_FRAMES and still_s >= self._longest_s:
            self._problems[stream] = (
                f"{stream} ({self._topics[stream]}) has shown the same picture for "
                f"{still_s:.2f} s: its camera is frozen; restart its driver"
            )

    def clear(self) -> None:
        """Forget what was shown."""
        self._pictures.clear()
        self._problems.clear()


def _same(one: bytes, other: bytes) -> bool:
    """Whether two messages differ in nothing but their stamps; the first difference ends it."""
    return len(one) == len(other) and all(
        one[start : start + _PART] == other[start : start + _PART]
        for start in range(_STAMP_END, len(one), _PART)
    )
