"""How much longer than usual messages waited between their sender and the recorder."""

from __future__ import annotations

_SPAN_NS = 10_000_000_000


class Lateness:
    """Follows how old a topic's messages are when they are taken.

    What a clock is off by is in every message; what a busy machine keeps waiting is beyond the
    least of the last 10 to 20 s, as a clock filter has it.
    """

    def __init__(self) -> None:
        self._least_ns: list[int] = []
        self._since_ns = 0

    def add(self, sent_ns: int, now_ns: int) -> int:
        """Take a message.

        Args:
            sent_ns: When the middleware sent it; 0 where it does not tell.
            now_ns: When it is taken, on any clock that goes on as evenly as the sender's.

        Returns:
            How much longer it waited than the luckiest of the last seconds, ns; 0 where that is
            not known.
        """
        if not sent_ns:
            return 0
        age_ns = now_ns - sent_ns
        if not self._least_ns or not 0 <= now_ns - self._since_ns < _SPAN_NS:
            self._least_ns = [*self._least_ns[-1:], age_ns]
            self._since_ns = now_ns
        elif age_ns < self._least_ns[-1]:
            self._least_ns[-1] = age_ns
        return age_ns - min(self._least_ns)
