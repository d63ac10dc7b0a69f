"""QoS events of publishers and subscriptions: deadlines, liveliness, incompatible QoS, matches."""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum
from typing import Any, NamedTuple

from cyclonedds.core import DDSStatus

from rclpy.impl.entity import Entity
from rclpy.logging import get_logger
from rclpy.qos import QoSPolicyKind, qos_policy_name_from_kind


class QoSPublisherEventType(IntEnum):
    """Events of a publisher."""

    RCL_PUBLISHER_OFFERED_DEADLINE_MISSED = 0
    RCL_PUBLISHER_LIVELINESS_LOST = 1
    RCL_PUBLISHER_OFFERED_INCOMPATIBLE_QOS = 2
    RCL_PUBLISHER_INCOMPATIBLE_TYPE = 3
    RCL_PUBLISHER_MATCHED = 4


class QoSSubscriptionEventType(IntEnum):
    """Events of a subscription."""

    RCL_SUBSCRIPTION_REQUESTED_DEADLINE_MISSED = 0
    RCL_SUBSCRIPTION_LIVELINESS_CHANGED = 1
    RCL_SUBSCRIPTION_REQUESTED_INCOMPATIBLE_QOS = 2
    RCL_SUBSCRIPTION_MESSAGE_LOST = 3
    RCL_SUBSCRIPTION_INCOMPATIBLE_TYPE = 4
    RCL_SUBSCRIPTION_MATCHED = 5


class QoSRequestedDeadlineMissedInfo(NamedTuple):
    """A subscription got nothing in time."""

    total_count: int
    total_count_change: int


class QoSOfferedDeadlineMissedInfo(NamedTuple):
    """A publisher published nothing in time."""

    total_count: int
    total_count_change: int


class QoSLivelinessLostInfo(NamedTuple):
    """A publisher failed to say that it is alive."""

    total_count: int
    total_count_change: int


class QoSMessageLostInfo(NamedTuple):
    """Messages were lost."""

    total_count: int
    total_count_change: int


class QoSLivelinessChangedInfo(NamedTuple):
    """Publishers came alive or died."""

    alive_count: int
    not_alive_count: int
    alive_count_change: int
    not_alive_count_change: int


class QoSOfferedIncompatibleQoSInfo(NamedTuple):
    """A subscription asks for more than the publisher offers."""

    total_count: int
    total_count_change: int
    last_policy_kind: QoSPolicyKind


class QoSRequestedIncompatibleQoSInfo(NamedTuple):
    """A publisher offers less than the subscription asks for."""

    total_count: int
    total_count_change: int
    last_policy_kind: QoSPolicyKind


class MatchedInfo(NamedTuple):
    """Counterparts came or went."""

    total_count: int
    total_count_change: int
    current_count: int
    current_count_change: int


QoSPublisherMatchedInfo = QoSSubscriptionMatchedInfo = MatchedInfo


class IncompatibleTypeInfo(NamedTuple):
    """A counterpart of another type came; never reported here, as on Cyclone DDS."""

    total_count_change: int


class UnsupportedEventTypeError(RuntimeError):
    """The middleware has no such event."""


# DDS policy ids to rclpy's kinds.
_POLICY = {2: QoSPolicyKind.DURABILITY, 4: QoSPolicyKind.DEADLINE, 8: QoSPolicyKind.LIVELINESS,
           11: QoSPolicyKind.RELIABILITY, 13: QoSPolicyKind.HISTORY,
           10: QoSPolicyKind.LIFESPAN}  # fmt: skip


def _counts(kind: Any) -> Callable[[Any], Any]:
    return lambda status: kind(status.total_count, status.total_count_change)


def _incompatible(kind: Any) -> Callable[[Any], Any]:
    return lambda status: kind(
        status.total_count,
        status.total_count_change,
        _POLICY.get(status.last_policy_id, QoSPolicyKind.INVALID),
    )


def _matched(status: Any) -> MatchedInfo:
    return MatchedInfo(status.total_count, status.total_count_change, status.current_count,
                       status.current_count_change)  # fmt: skip


def _liveliness(status: Any) -> QoSLivelinessChangedInfo:
    return QoSLivelinessChangedInfo(status.alive_count, status.not_alive_count,
                                    status.alive_count_change,
                                    status.not_alive_count_change)  # fmt: skip


_P, _S = QoSPublisherEventType, QoSSubscriptionEventType
# Event -> (DDS status bit, name of the cyclonedds getter, conversion).
_EVENTS: dict[Any, tuple[int, str, Callable[[Any], Any]]] = {
    (_P, 0): (DDSStatus.OfferedDeadlineMissed, "offered_deadline_missed",
              _counts(QoSOfferedDeadlineMissedInfo)),
    (_P, 1): (DDSStatus.LivelinessLost, "liveliness_lost", _counts(QoSLivelinessLostInfo)),
    (_P, 2): (DDSStatus.OfferedIncompatibleQos, "offered_incompatible_qos",
              _incompatible(QoSOfferedIncompatibleQoSInfo)),
    (_P, 4): (DDSStatus.PublicationMatched, "publication_matched", _matched),
    (_S, 0): (DDSStatus.RequestedDeadlineMissed, "requested_deadline_missed",
              _counts(QoSRequestedDeadlineMissedInfo)),
    (_S, 1): (DDSStatus.LivelinessChanged, "liveliness_changed", _liveliness),
    (_S, 2): (DDSStatus.RequestedIncompatibleQos, "requested_incompatible_qos",
              _incompatible(QoSRequestedIncompatibleQoSInfo)),
    (_S, 3): (DDSStatus.SampleLost, "sample_lost", _counts(QoSMessageLostInfo)),
    (_S, 5): (DDSStatus.SubscriptionMatched, "subscription_matched", _matched),
}  # fmt: skip


class EventHandler(Entity):
    """Waits for the chosen events of one publisher or subscription."""

    def __init__(
        self, callback_group: Any, entity: Any, callbacks: dict[Any, Callable[[Any], Any]]
    ) -> None:
        super().__init__(callback_group)
        self._entity = entity
        self._callbacks = {}
        mask = 0
        for event, callback in callbacks.items():
            key = (type(event), int(event))
            if key not in _EVENTS:
                raise UnsupportedEventTypeError(f"embedded_ros2 has no event {event!r}")
            bit, getter, convert = _EVENTS[key]
            mask |= bit
            self._callbacks[bit] = (f"get_{getter}_status", convert, callback)
        entity.set_status_mask(mask)
        self._condition = entity._ref

    @property
    def callback(self) -> Callable[[Any], Any]:
        """Runs the event callbacks."""
        return self._run

    def _take(self) -> tuple[list[Any]] | None:
        if self._destroyed:
            return None
        changes = self._entity.get_status_changes()
        due = []
        for bit, (getter, convert, callback) in self._callbacks.items():
            if changes & bit:
                status = getattr(self._entity, getter)()
                due.append((callback, convert(status)))
        return (due,) if due else None

    def _run(self, due: list[Any]) -> None:
        for callback, info in due:
            callback(info)

    def destroy(self) -> None:
        """Hear of no more events."""
        super().destroy()
        self._condition = None
        self._entity = None


class _EventCallbacks:
    # Name of the callback -> its event, of those that the middleware has.
    _EVENT_OF: dict[str, Any]
    _INCOMPATIBLE_QOS = ""

    def __init__(
        self,
        *,
        deadline: Callable[[Any], None] | None = None,
        liveliness: Callable[[Any], None] | None = None,
        incompatible_qos: Callable[[Any], None] | None = None,
        incompatible_type: Callable[[Any], None] | None = None,
        matched: Callable[[MatchedInfo], None] | None = None,
        use_default_callbacks: bool = True,
    ) -> None:
        self.deadline = deadline
        self.liveliness = liveliness
        self.incompatible_qos = incompatible_qos
        self.incompatible_type = incompatible_type
        self.matched = matched
        self.use_default_callbacks = use_default_callbacks

    def _chosen(self, topic: str) -> dict[Any, Callable[[Any], Any]]:
        chosen = {event: getattr(self, name) for name, event in self._EVENT_OF.items()}
        incompatible = self._EVENT_OF["incompatible_qos"]
        if chosen[incompatible] is None and self.use_default_callbacks:
            chosen[incompatible] = lambda event: get_logger("rclpy").warning(
                f"{self._INCOMPATIBLE_QOS.format(topic=topic)} Last incompatible policy: "
                f"{qos_policy_name_from_kind(event.last_policy_kind)}"
            )
        return {event: callback for event, callback in chosen.items() if callback is not None}

    def create_event_handlers(self, callback_group: Any, entity: Any, topic: str) -> list[Any]:
        """Make the handlers for a publisher or subscription."""
        chosen = self._chosen(topic)
        if not chosen:
            return []
        endpoint = getattr(entity, "_writer", None) or entity._reader
        return [EventHandler(callback_group, endpoint.entity, chosen)]


class PublisherEventCallbacks(_EventCallbacks):
    """Callbacks for the events of a publisher."""

    _EVENT_OF = {"deadline": _P(0), "liveliness": _P(1), "incompatible_qos": _P(2),
                 "matched": _P(4)}  # fmt: skip
    _INCOMPATIBLE_QOS = (
        "New subscription discovered on topic '{topic}', requesting incompatible QoS. "
        "No messages will be sent to it."
    )


class SubscriptionEventCallbacks(_EventCallbacks):
    """Callbacks for the events of a subscription."""

    _EVENT_OF = {"deadline": _S(0), "liveliness": _S(1), "incompatible_qos": _S(2),
                 "message_lost": _S(3), "matched": _S(5)}  # fmt: skip
    _INCOMPATIBLE_QOS = (
        "New publisher discovered on topic '{topic}', offering incompatible QoS. "
        "No messages will be received from it."
    )

    def __init__(
        self,
        *,
        message_lost: Callable[[QoSMessageLostInfo], None] | None = None,
        **callbacks: Any,
    ) -> None:
        super().__init__(**callbacks)
        self.message_lost = message_lost
