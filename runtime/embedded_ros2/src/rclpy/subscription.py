"""Subscriptions."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from enum import Enum
from types import CoroutineType
from typing import Any

from embedded_ros2 import cdr
from rclpy.impl.endpoints import Reader
from rclpy.impl.topic_endpoint import TopicEndpoint
from rclpy.logging import get_logger
from rclpy.qos import QoSProfile


class Subscription(TopicEndpoint):
    """Receives messages of one topic; made by ``Node.create_subscription``."""

    class CallbackType(Enum):
        """Whether the callback takes the message alone or its info too."""

        MessageOnly = 0
        WithMessageInfo = 1

    def __init__(
        self,
        participant: Any,
        msg_type: Any,
        topic: str,
        callback: Callable[..., Any],
        callback_group: Any,
        qos_profile: QoSProfile,
        raw: bool,
        event_callbacks: Any = None,
        ignore_local: bool = False,
    ) -> None:
        super().__init__(msg_type, topic, qos_profile, callback_group)
        self.raw = raw
        self.callback = callback
        self._reader = self._open(Reader, participant, ignore_local)
        self._condition = self._reader.condition
        self._deserialize = cdr.deserializer(self._type_name)
        self._handle_events(event_callbacks)

    @property
    def callback(self) -> Callable[..., Any]:
        """Function that gets the messages."""
        return self._callback

    @callback.setter
    def callback(self, value: Callable[..., Any]) -> None:
        self._callback = value
        self._callback_type = Subscription.CallbackType.MessageOnly
        try:
            inspect.signature(value).bind(object())
        except TypeError:
            try:
                inspect.signature(value).bind(object(), object())
                self._callback_type = Subscription.CallbackType.WithMessageInfo
            except TypeError as error:
                raise RuntimeError(
                    "Subscription.__init__(): callback should be either be callable with one "
                    "argument (to get only the message) or two (to get message and message info)"
                ) from error
        except ValueError:
            pass  # A builtin without a signature: it gets the message.

    def _begin(self, executor: Any) -> Any:
        # The way of every message, so it is short: message-only callbacks skip the tuple.
        if self.raw or self._callback_type is not Subscription.CallbackType.MessageOnly:
            return super()._begin(executor)
        sample = None if self._destroyed else self._reader.take()
        if sample is None:
            return None
        try:
            message = self._deserialize(sample[0])
        except cdr.MalformedCdrError as error:
            self._drop(error)
            return None
        outcome = self._callback(message)
        return outcome if isinstance(outcome, CoroutineType) else None

    def _drop(self, error: cdr.MalformedCdrError) -> None:
        get_logger("rclpy").error(
            f"dropped a malformed message on {self._full_name}: {error}; some publisher "
            "of this topic sends another type or broken data"
        )

    def _take(self) -> tuple[Any, ...] | None:
        """Next message as the callback's arguments; a malformed one is logged and dropped."""
        if self._destroyed:
            return None
        sample = self._reader.take()
        if sample is None:
            return None
        payload, stamp_ns, _ = sample
        try:
            message = payload if self.raw else self._deserialize(payload)
        except cdr.MalformedCdrError as error:
            self._drop(error)
            return None
        if self._callback_type is Subscription.CallbackType.MessageOnly:
            return (message,)
        return message, {
            "source_timestamp": stamp_ns,
            "received_timestamp": stamp_ns,
            "publication_sequence_number": None,
            "reception_sequence_number": None,
        }

    def get_publisher_count(self) -> int:
        """Number of publishers it hears."""
        self._check_alive()
        return self._reader.matched()

    def destroy(self) -> None:
        """Stop receiving; prefer ``Node.destroy_subscription``."""
        if self._destroyed:
            return
        super().destroy()
        self._reader.close()
