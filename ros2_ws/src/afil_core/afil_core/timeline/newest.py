"""The newest message of each stream: what is measured now, apart from any tick."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Collection, Iterable
from typing import Any, NamedTuple

from numpy.typing import NDArray

from afil_core.errors import AfilError
from afil_core.kinds import Observation
from afil_core.messages import peek_stamp


class _Newest(NamedTuple):
    cdr: bytes
    received_s: float
    stamp_ns: int | None


class NewestValues:
    """Keeps the bytes of the newest message of each stream, and decodes them when asked.

    One thread may receive while another one asks: an entry is replaced as a whole.

    Args:
        streams: The streams.
        wall_s: Steady clock, seconds.
    """

    def __init__(
        self, streams: Iterable[Observation], *, wall_s: Callable[[], float] = time.monotonic
    ) -> None:
        self._streams = {s.name: s for s in streams}
        self._wall_s = wall_s
        self._newest: dict[str, _Newest] = {}

    def receive(self, stream: str, cdr: bytes) -> None:
        """Take one message; one that says the last one's stamp again is as old as that."""
        stamp_ns = peek_stamp(cdr) if self._streams[stream].has_header else None
        received_s, before = self._wall_s(), self._newest.get(stream)
        if before is not None and stamp_ns is not None and stamp_ns == before.stamp_ns:
            received_s = before.received_s
        self._newest[stream] = _Newest(cdr, received_s, stamp_ns)

    def fresh(self, streams: Collection[str]) -> dict[str, NDArray[Any]]:
        """The newest value of each of some streams; what is too old or broken is left out."""
        now_s = self._wall_s()
        values: dict[str, NDArray[Any]] = {}
        for name in streams:
            newest = self._newest.get(name)
            stream = self._streams[name]
            if newest is not None and now_s - newest.received_s <= stream.max_age_s:
                with contextlib.suppress(AfilError):
                    values[name] = stream.decode(newest.cdr).value
        return values

    def clear(self) -> None:
        """Forget everything."""
        self._newest.clear()
