"""A clip: the frames of one image stream, read when they are asked for."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from afil_core.errors import AfilError

Rgb: TypeAlias = NDArray[np.uint8]
"""A color image, uint8 [H, W, 3], RGB."""


@dataclass(frozen=True)
class Frame:
    """One image of a clip.

    Attributes:
        index: Its place among the clip's recorded frames, from 0.
        stamp_ns: Its stamp.
        rgb: uint8 [H, W, 3].
    """

    index: int
    stamp_ns: int
    rgb: Rgb


@dataclass(frozen=True)
class Loss:
    """Why a frame can't be used.

    Attributes:
        cause: Short and without numbers, so that frames can be counted by it.
        text: A sentence.
    """

    cause: str
    text: str


class Clip(ABC):
    """Frames in the order of time, of which few are in memory at once.

    A frame that can't be read is left out and noted in :attr:`lost`; it harms no other.

    Attributes:
        live: Whether frames come as they are exposed, so that who reads them should answer at
            once.
    """

    live: bool = False

    @property
    @abstractmethod
    def identity(self) -> str:
        """Says what is in the clip: two clips with the same identity have the same frames."""

    @property
    @abstractmethod
    def times_ns(self) -> Sequence[int]:
        """When each frame was recorded, unreadable ones included."""

    @property
    @abstractmethod
    def lost(self) -> Mapping[int, Loss]:
        """By index, why a frame could not be read; those that were tried so far."""

    @abstractmethod
    def __len__(self) -> int:
        """Number of recorded frames, unreadable ones included."""

    @abstractmethod
    def __iter__(self) -> Iterator[Frame]:
        """The readable frames, one after the other."""

    @abstractmethod
    def frame(self, index: int) -> Frame:
        """The frame at an index; a recent one is still there.

        Raises:
            AfilError: When it can't be read.
        """

    def ready(self) -> bool:
        """Whether the next frame is there without waiting."""
        return True

    def windows(self, size: int, overlap: int = 0) -> Iterator[list[Frame]]:
        """The readable frames in windows.

        Args:
            size: Most frames of a window.
            overlap: Frames that a window shares with the one before, fewer than ``size``.

        Yields:
            Windows in the order of time; the last one may be shorter, and any of a live clip,
            which waits for no frame to fill one.
        """
        if not 0 <= overlap < size:
            raise ValueError(f"windows of {size} frames can't overlap by {overlap}")
        window: list[Frame] = []
        fresh = 0
        for frame in self:
            window.append(frame)
            fresh += 1
            if len(window) == size or (self.live and not self.ready()):
                yield window
                window, fresh = window[max(len(window) - overlap, 0) :], 0
        if fresh:
            yield window

    def sample(self, count: int) -> list[Frame]:
        """Frames uniform in time, from the first to the last.

        Args:
            count: How many; unreadable ones are left out, and a short clip has fewer.

        Raises:
            AfilError: When none of them can be read.
        """
        times = np.asarray(self.times_ns)
        if not count or not times.size:
            return []
        wanted = np.linspace(times[0], times[-1], count)
        nearest = np.abs(times[np.newaxis, :] - wanted[:, np.newaxis]).argmin(axis=1)
        frames = []
        reason = ""
        for index in np.unique(nearest):
            try:
                frames.append(self.frame(int(index)))
            except AfilError as error:
                reason = str(error)
        if not frames:
            raise AfilError(f"none of {len(np.unique(nearest))} frames can be read: {reason}")
        return frames
