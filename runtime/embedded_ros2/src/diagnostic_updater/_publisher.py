"""Topics that are watched."""

from __future__ import annotations

from typing import Any

from diagnostic_updater._diagnostic_updater import CompositeDiagnosticTask, Updater
from diagnostic_updater._update_functions import (
    FrequencyStatus,
    FrequencyStatusParam,
    TimeStampStatus,
    TimeStampStatusParam,
)


class HeaderlessTopicDiagnostic(CompositeDiagnosticTask):
    """Watches a topic's rate."""

    def __init__(
        self, name: str, diag: Updater, freq: FrequencyStatusParam, clock: Any = None
    ) -> None:
        super().__init__(f"{name} topic status")
        self.freq = FrequencyStatus(freq, clock=clock)
        self.addTask(self.freq)
        diag.add(self)

    def tick(self) -> None:
        """Count one message."""
        self.freq.tick()

    def clear_window(self) -> None:
        """Forget all messages."""
        self.freq.clear()


class TopicDiagnostic(HeaderlessTopicDiagnostic):
    """Watches a topic's rate and the age of its stamps."""

    def __init__(
        self,
        name: str,
        diag: Updater,
        freq: FrequencyStatusParam,
        stamp: TimeStampStatusParam,
        clock: Any = None,
    ) -> None:
        super().__init__(name, diag, freq, clock)
        self.stamp = TimeStampStatus(stamp, clock=clock or diag.node.get_clock())
        self.addTask(self.stamp)

    def tick(self, stamp: Any) -> None:  # type: ignore[override]
        """Count one message with its stamp."""
        self.stamp.tick(stamp)
        super().tick()


class DiagnosedPublisher(TopicDiagnostic):
    """A publisher whose messages are watched."""

    def __init__(
        self,
        pub: Any,
        diag: Updater,
        freq: FrequencyStatusParam,
        stamp: TimeStampStatusParam,
    ) -> None:
        super().__init__(pub.topic_name, diag, freq, stamp)
        self.publisher = pub

    def publish(self, message: Any) -> None:
        """Count and publish."""
        from rclpy.time import Time

        self.tick(Time.from_msg(message.header.stamp))
        self.publisher.publish(message)
