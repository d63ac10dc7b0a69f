"""Callbacks for changes of any node's parameters."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from rcl_interfaces.msg import ParameterEvent

from rclpy.qos import QoSProfile, qos_profile_parameter_events


@dataclass
class ParameterCallbackHandle:
    """Registration for one parameter."""

    parameter_name: str
    node_name: str
    callback: Callable[[Any], None]


@dataclass
class ParameterEventCallbackHandle:
    """Registration for all events."""

    callback: Callable[[ParameterEvent], None]


class ParameterEventHandler:
    """Listens to ``/parameter_events``."""

    def __init__(
        self,
        node: Any,
        qos_profile: QoSProfile = qos_profile_parameter_events,
        callback_group: Any = None,
    ) -> None:
        self.node = node
        self._parameters: list[ParameterCallbackHandle] = []
        self._events: list[ParameterEventCallbackHandle] = []
        self.parameter_event_subscription = node.create_subscription(
            ParameterEvent,
            "/parameter_events",
            self._on_event,
            qos_profile,
            callback_group=callback_group,
        )

    def destroy(self) -> None:
        """Listen no longer."""
        self.node.destroy_subscription(self.parameter_event_subscription)

    def _on_event(self, event: ParameterEvent) -> None:
        for handle in list(self._parameters):
            parameter = self.get_parameter_from_event(
                event, handle.parameter_name, handle.node_name
            )
            if parameter is not None:
                handle.callback(parameter)
        for event_handle in list(self._events):
            event_handle.callback(event)

    @staticmethod
    def get_parameter_from_event(
        event: ParameterEvent, parameter_name: str, node_name: str
    ) -> Any:
        """Parameter message of a name in an event of a node, or None."""
        if event.node != node_name:
            return None
        for parameter in (*event.new_parameters, *event.changed_parameters):
            if parameter.name == parameter_name:
                return parameter
        return None

    @staticmethod
    def get_parameters_from_event(event: ParameterEvent) -> list[Any]:
        """All new and changed parameters of an event."""
        return [*event.new_parameters, *event.changed_parameters]

    def _full(self, node_name: str | None) -> str:
        if not node_name:
            return self.node.get_fully_qualified_name()
        if node_name.startswith("/"):
            return node_name
        return f"{self.node.get_namespace().rstrip('/')}/{node_name}"

    def add_parameter_callback(
        self, parameter_name: str, node_name: str | None, callback: Callable[[Any], None]
    ) -> ParameterCallbackHandle:
        """Call back when a parameter of a node changes."""
        handle = ParameterCallbackHandle(parameter_name, self._full(node_name), callback)
        self._parameters.insert(0, handle)
        return handle

    def remove_parameter_callback(self, handle: ParameterCallbackHandle) -> None:
        """Undo add_parameter_callback."""
        self._parameters.remove(handle)

    def add_parameter_event_callback(
        self, callback: Callable[[ParameterEvent], None]
    ) -> ParameterEventCallbackHandle:
        """Call back at every event."""
        handle = ParameterEventCallbackHandle(callback)
        self._events.insert(0, handle)
        return handle

    def remove_parameter_event_callback(self, handle: ParameterEventCallbackHandle) -> None:
        """Undo add_parameter_event_callback."""
        self._events.remove(handle)
