"""The clip of an image stream in an episode's bag."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import islice

from afil_core.bags import read_bag
from afil_core.clock import ClockGuard
from afil_core.episodes import Episode
from afil_core.errors import AfilError
from afil_perception.clips.clip import Clip, Frame, Loss
from afil_perception.clips.identity import digest

_RECENT_BYTES = 64 << 20


class EpisodeClip(Clip):
    """Decodes frames as they are asked for, and keeps the last 64 MiB of them.

    Args:
        episode: The episode.
        stream_name: Name of the image stream in its contract.
        recording: Says what is in the episode's bag.
    """

    def __init__(self, episode: Episode, stream_name: str, recording: str) -> None:
        self.stream = episode.contract.stream(stream_name)
        self._recorded = episode.recorded.stream(stream_name)
        self._bag = episode.path
        self._count = episode.bag.counts[self._recorded.topic]
        # Log times don't say where a frame is when the clock was set in between.
        self._as_written = episode.metadata.clock_steps > 0
        self._identity = digest(recording, self.stream.topic)
        self._lost: dict[int, Loss] = {}
        self._recent: OrderedDict[int, Frame] = OrderedDict()

    @property
    def identity(self) -> str:
        """Hash of the recording and the topic."""
        return self._identity

    @cached_property
    def times_ns(self) -> Sequence[int]:
        """Log time of each frame; takes a pass over the bag, in which nothing is decoded."""
        return [log_time_ns for log_time_ns, _ in self._messages()]

    @property
    def lost(self) -> Mapping[int, Loss]:
        """By index, why a frame could not be decoded, or has no time."""
        return self._lost

    def __len__(self) -> int:
        """Number of messages on the topic."""
        return self._count

    def __iter__(self) -> Iterator[Frame]:
        """The readable frames.

        Raises:
            AfilError: When the bag is damaged.
        """
        guard = ClockGuard()
        for index, (log_time_ns, cdr) in enumerate(self._messages()):
            try:
                frame = self._decoded(index, log_time_ns, cdr)
            except AfilError as error:
                self._lost[index] = Loss(f"{self.stream.name} is broken", str(error))
                continue
            fault = guard.check(self.stream.topic, frame.stamp_ns, log_time_ns)
            if fault is not None and fault.message_is_lost:
                self._lost[index] = Loss(fault.cause, fault.text)
            else:
                yield frame

    def frame(self, index: int) -> Frame:
        """The frame at an index; see :meth:`Clip.frame`."""
        if index in self._recent:
            return self._recent[index]
        time_ns = self.times_ns[index]
        if self._as_written:
            found = islice(self._messages(), index, None)
        else:
            before = self.times_ns.index(time_ns)
            found = islice(self._messages(time_ns, time_ns + 1), index - before, None)
        return self._decoded(index, *next(found))

    def _messages(
        self, start_ns: int | None = None, stop_ns: int | None = None
    ) -> Iterator[tuple[int, bytes]]:
        found = read_bag(
            self._bag,
            [self._recorded.topic],
            as_written=self._as_written,
            start_ns=start_ns,
            stop_ns=stop_ns,
        )
        return ((log_time_ns, cdr) for _, log_time_ns, cdr in found)

    def _decoded(self, index: int, log_time_ns: int, cdr: bytes) -> Frame:
        decoded = self._recorded.decode(cdr)
        stamp_ns = log_time_ns if decoded.stamp_ns is None else decoded.stamp_ns
        frame = Frame(index, stamp_ns, decoded.value)
        self._recent[index] = frame
        self._recent.move_to_end(index)
        while len(self._recent) > max(1, _RECENT_BYTES // max(decoded.value.nbytes, 1)):
            self._recent.popitem(last=False)
        return frame
