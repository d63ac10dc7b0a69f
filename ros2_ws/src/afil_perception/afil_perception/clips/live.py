"""The frames of a camera as they come, or of a bag as it is played."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from afil_core.errors import AfilError
from afil_core.kinds import Observation
from afil_perception.clips.clip import Clip, Frame, Loss

_RECENT = 32


@dataclass(frozen=True)
class _Message:
    cdr: bytes
    arrived_s: float  # monotonic


class LiveClip(Clip):
    """Messages go in on one thread, and frames come out on another.

    Of what comes while the reader is busy the newest few wait; older ones are skipped, and are no
    frames of the clip. What waits is not decoded yet.

    Args:
        stream: The image stream.
        max_waiting: Most messages that wait.

    Attributes:
        arrived: Messages that came.
        skipped: Those of them that nobody looked at.
    """

    live = True

    def __init__(self, stream: Observation, max_waiting: int) -> None:
        self.stream = stream
        self.arrived = 0
        self.skipped = 0
        self._waiting: deque[_Message] = deque()
        self._max_waiting = max_waiting
        self._changed = threading.Condition()
        self._closed = False
        self._count = 0
        self._lost: dict[int, Loss] = {}
        self._recent: OrderedDict[int, tuple[Frame, float]] = OrderedDict()

    @property
    def identity(self) -> str:
        """None: nothing of it is kept."""
        return ""

    @property
    def times_ns(self) -> Sequence[int]:
        """Stamps of the recent frames."""
        return [frame.stamp_ns for frame, _ in self._recent.values()]

    @property
    def lost(self) -> Mapping[int, Loss]:
        """By index, why a frame could not be decoded."""
        return self._lost

    def __len__(self) -> int:
        """Frames that were read so far."""
        return self._count

    def push(self, cdr: bytes) -> None:
        """Take a message."""
        with self._changed:
            self.arrived += 1
            self._waiting.append(_Message(cdr, time.monotonic()))
            while len(self._waiting) > self._max_waiting:
                self._waiting.popleft()
                self.skipped += 1
            self._changed.notify_all()

    def close(self) -> None:
        """End the clip: whoever waits for a frame waits no more."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def ready(self) -> bool:
        """Whether a message waits."""
        return bool(self._waiting)

    def __iter__(self) -> Iterator[Frame]:
        """The frames, until the clip is closed."""
        while (message := self._next()) is not None:
            index = self._count
            self._count += 1
            try:
                frame = self._decoded(index, message)
            except AfilError as error:
                self._lost[index] = Loss(f"{self.stream.name} is broken", str(error))
                continue
            self._recent[index] = frame, message.arrived_s
            while len(self._recent) > _RECENT:
                self._recent.popitem(last=False)
            yield frame

    def frame(self, index: int) -> Frame:
        """A recent frame.

        Raises:
            AfilError: When it is no longer there.
        """
        if index not in self._recent:
            raise AfilError(f"frame {index} of {self.stream.topic} is no longer there")
        return self._recent[index][0]

    def arrived_s(self, index: int) -> float:
        """When a recent frame arrived, monotonic; now, if it is no longer known."""
        return self._recent[index][1] if index in self._recent else time.monotonic()

    def sample(self, count: int) -> list[Frame]:
        """The first frame alone: a live scene is described when it begins.

        Raises:
            AfilError: When the clip was closed before one came, or it can't be decoded.
        """
        if not count:
            return []
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closed)
            if not self._waiting:
                raise AfilError(f"no frame came on {self.stream.topic}")
            newest = self._waiting[-1]
        return [self._decoded(0, newest)]

    def _next(self) -> _Message | None:
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closed)
            return None if self._closed else self._waiting.popleft()

    def _decoded(self, index: int, message: _Message) -> Frame:
        decoded = self.stream.decode(message.cdr)
        return Frame(index, decoded.stamp_ns or 0, decoded.value)
