"""What was published once and holds on: the head of every episode."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping

from afil_core.topics import Qos

# Several nodes may each publish a part, as of /tf_static.
_MOST = 100


class LatchedTopics:
    """Keeps the last messages of the topics whose durability is transient local.

    Args:
        topics: Quality of service by topic.
    """

    def __init__(self, topics: Mapping[str, Qos]) -> None:
        self._kept: dict[str, deque[bytes]] = {}
        for topic, qos in topics.items():
            self.know(topic, qos)

    def know(self, topic: str, qos: Qos) -> None:
        """Keep a topic's messages, if it is one of these."""
        if qos.durability == "transient_local":
            self._kept.setdefault(topic, deque(maxlen=max(qos.depth, _MOST)))

    def add(self, topic: str, cdr: bytes) -> None:
        """Keep a message, if its topic is one of these; one that came before moves to the end."""
        kept = self._kept.get(topic)
        if kept is None:
            return
        if cdr in kept:
            kept.remove(cdr)
        kept.append(cdr)

    def head(self) -> list[tuple[str, bytes]]:
        """All that is kept, by topic and in the order of its arrival."""
        return [(topic, cdr) for topic, kept in self._kept.items() for cdr in kept]
