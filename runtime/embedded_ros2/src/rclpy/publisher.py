"""Publishers."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable
from typing import Any

from cyclonedds.core import DDSException

from embedded_ros2 import cdr
from rclpy.duration import Duration
from rclpy.impl import fast_dds
from rclpy.impl.endpoints import Writer
from rclpy.impl.topic_endpoint import TopicEndpoint
from rclpy.logging import get_logger
from rclpy.qos import QoSProfile


class Publisher(TopicEndpoint):
    """Publishes messages of one type on one topic; made by ``Node.create_publisher``."""

    def __init__(
        self,
        participant: Any,
        msg_type: Any,
        topic: str,
        qos_profile: QoSProfile,
        event_callbacks: Any = None,
        callback_group: Any = None,
    ) -> None:
        super().__init__(msg_type, topic, qos_profile, callback_group)
        self._writer = self._open(Writer, participant)
        self._serialize = cdr.serializer(self._type_name)
        self._lock = threading.Lock()
        self._warned = False
        self._subscriptions = 0
        self._context_ok: Callable[[], bool] = lambda: True  # Set by its node.
        self._handle_events(event_callbacks)

    def publish(self, msg: Any) -> None:
        """Publish a message, or bytes that hold one in CDR.

        Raises:
            TypeError: It is of another type, or a field has a wrong value.
        """
        payload: bytes | bytearray | memoryview
        if isinstance(msg, self.msg_type):
            payload = self._serialize(msg)
        elif isinstance(msg, (bytes, bytearray, memoryview)):
            payload = msg
        else:
            raise TypeError(f"Expected {self.msg_type}, got {type(msg)}")
        if self._destroyed:
            self._check_alive()
        if len(payload) > fast_dds.LARGE_BYTES:
            self._warn_of_losses(len(payload))
        code = self._writer.write(payload)
        if code < 0:
            raise RuntimeError(f"Failed to publish on {self._full_name}: {DDSException(code)}")

    def _warn_of_losses(self, size: int) -> None:
        """Say once that a subscription will get little, looking when subscriptions come."""
        count = self._writer.matched()
        if self._warned or count == self._subscriptions:
            return
        self._subscriptions = count
        if fast_dds.loses_large_messages(self._writer):
            self._warned = True
            sentence = fast_dds.subscription_sentence(self._full_name, size)
            get_logger(self.logger_name).warning(sentence)

    def get_subscription_count(self) -> int:
        """Number of subscriptions it reaches."""
        self._check_alive()
        return self._writer.matched()

    @property
    def logger_name(self) -> str:
        """Name of the node's logger, where it has one."""
        return getattr(self, "_logger_name", "rclpy")

    def assert_liveliness(self) -> None:
        """Say that it is alive (for MANUAL_BY_TOPIC)."""
        self._check_alive()
        self._writer.assert_liveliness()

    def wait_for_all_acked(self, timeout: Duration = Duration(seconds=-1)) -> bool:  # noqa: B008
        """Wait until every reliable subscription has everything.

        Returns:
            False after the time-out, and when the context is shut down meanwhile.
        """
        self._check_alive()
        limit = timeout.nanoseconds if timeout.nanoseconds >= 0 else 2**62
        deadline = time.monotonic_ns() + limit
        while True:
            step = min(max(deadline - time.monotonic_ns(), 0), 100_000_000)
            if self._writer.wait_for_acks(step):
                return True
            if time.monotonic_ns() >= deadline or not self._context_ok():
                return False

    def destroy(self) -> None:
        """Stop publishing; prefer ``Node.destroy_publisher``."""
        with self._lock:
            if self._destroyed:
                return
            super().destroy()
        with contextlib.suppress(DDSException):
            self._writer.close()
