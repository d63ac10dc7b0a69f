"""What was lost since it was last told, by topic, as rosbag2 of Lyrical publishes it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

LOST_TOPIC = "events/rosbag2_messages_lost"
LOST_TYPE = "rosbag2_interfaces/msg/MessagesLostEvent"
LOST_OF_TOPIC_TYPE = "rosbag2_interfaces/msg/MessagesLostEventTopicStat"


class Loss(NamedTuple):
    """Messages of a topic that are lost.

    Attributes:
        topic: The topic.
        in_transport: Lost by the middleware.
        in_recorder: That came while too much waited for the disk.
    """

    topic: str
    in_transport: int
    in_recorder: int


class Losses:
    """Counts what is lost from one telling to the next."""

    def __init__(self) -> None:
        self._transport: dict[str, int] = {}
        self._told: dict[str, Loss] = {}

    def in_transport(self, topic: str, total: int) -> None:
        """Take how many messages of a topic the middleware lost so far."""
        self._transport[topic] = total

    def since_last(self, dropped: Mapping[str, int]) -> list[Loss]:
        """What was lost since this was asked last; only topics that lost any.

        Args:
            dropped: Messages of the open or last episode that were not written, by topic; each
                episode begins anew.
        """
        found = []
        for topic in {**self._transport, **dropped, **self._told}:
            total = Loss(topic, self._transport.get(topic, 0), dropped.get(topic, 0))
            before = self._told.get(topic, Loss(topic, 0, 0))
            if total == before:
                continue
            self._told[topic] = total
            fewer = total.in_recorder < before.in_recorder
            in_recorder = total.in_recorder - (0 if fewer else before.in_recorder)
            loss = Loss(topic, total.in_transport - before.in_transport, in_recorder)
            if loss.in_transport or loss.in_recorder:
                found.append(loss)
        return found
