"""Lifecycle nodes and the services that drive them."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable
from typing import Any

import lifecycle_msgs.msg
import lifecycle_msgs.srv

from rclpy.context import Context
from rclpy.event_handler import PublisherEventCallbacks
from rclpy.impl.rcutils_logger import RcutilsLogger
from rclpy.lifecycle.managed_entity import ManagedEntity
from rclpy.lifecycle.publisher import LifecyclePublisher
from rclpy.lifecycle.state_machine import (
    EDGES,
    STATE_LABELS,
    Edge,
    LifecycleState,
    StateMachine,
    TransitionCallbackReturn,
    TransitionError,
)
from rclpy.node import Node
from rclpy.publisher import Publisher
from rclpy.qos import QoSProfile

_State = lifecycle_msgs.msg.State


def _state_msg(number: int) -> Any:
    return _State(id=number, label=STATE_LABELS[number])


def _description(edge: Edge) -> Any:
    return lifecycle_msgs.msg.TransitionDescription(
        transition=lifecycle_msgs.msg.Transition(id=edge.id, label=edge.label),
        start_state=_state_msg(edge.start),
        goal_state=_state_msg(edge.goal),
    )


class LifecycleNodeMixin(ManagedEntity):
    """Adds the life cycle to a node; use :class:`LifecycleNode`."""

    # What it needs of the node.
    context: Context
    create_publisher: Callable[..., Any]
    destroy_publisher: Callable[[Publisher], bool]
    create_service: Callable[..., Any]
    get_logger: Callable[[], RcutilsLogger]

    def __init__(self, *, enable_communication_interface: bool = True) -> None:
        self._state_machine = StateMachine()
        self._managed_entities: list[ManagedEntity] = []
        self._transition_callbacks: dict[int, Callable[..., Any]] = {
            _State.TRANSITION_STATE_CONFIGURING: self.on_configure,
            _State.TRANSITION_STATE_CLEANINGUP: self.on_cleanup,
            _State.TRANSITION_STATE_SHUTTINGDOWN: self.on_shutdown,
            _State.TRANSITION_STATE_ACTIVATING: self.on_activate,
            _State.TRANSITION_STATE_DEACTIVATING: self.on_deactivate,
            _State.TRANSITION_STATE_ERRORPROCESSING: self.on_error,
        }
        self._transition_publisher: Any = None
        if enable_communication_interface:
            self._offer_services()

    def _offer_services(self) -> None:
        self._transition_publisher = self.create_publisher(
            lifecycle_msgs.msg.TransitionEvent, "~/transition_event", QoSProfile(depth=10),
            event_callbacks=PublisherEventCallbacks(use_default_callbacks=False),
        )  # fmt: skip
        services = lifecycle_msgs.srv
        for kind, name, callback in (
            (services.ChangeState, "change_state", self._change_state),
            (services.GetState, "get_state", self._get_state),
            (services.GetAvailableStates, "get_available_states", self._get_states),
            (services.GetAvailableTransitions, "get_available_transitions",
             self._get_transitions),
            (services.GetAvailableTransitions, "get_transition_graph", self._get_graph),
        ):  # fmt: skip
            self.create_service(kind, f"~/{name}", callback)

    # Entities and callbacks

    def add_managed_entity(self, entity: ManagedEntity) -> None:
        """Tell an entity of the transitions."""
        if not isinstance(entity, ManagedEntity):
            raise TypeError("Expected a rclpy.lifecycle.ManagedEntity instance.")
        self._managed_entities.append(entity)

    def create_lifecycle_publisher(self, *args: Any, **kwargs: Any) -> LifecyclePublisher:
        """Create a publisher that is silent unless the node is active."""
        if "publisher_class" in kwargs:
            raise TypeError(
                "create_publisher() got an unexpected keyword argument 'publisher_class'"
            )
        publisher = self.create_publisher(*args, **kwargs, publisher_class=LifecyclePublisher)
        self._managed_entities.append(publisher)
        return publisher

    def destroy_lifecycle_publisher(self, publisher: LifecyclePublisher) -> bool:
        """Destroy such a publisher."""
        if publisher in self._managed_entities:
            self._managed_entities.remove(publisher)
        return self.destroy_publisher(publisher)

    def _tell(self, callback: str, state: LifecycleState) -> TransitionCallbackReturn:
        for entity in list(self._managed_entities):
            code = getattr(entity, callback)(state)
            if code != TransitionCallbackReturn.SUCCESS:
                return code
        return TransitionCallbackReturn.SUCCESS

    def on_configure(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Handle configure: tell the managed entities."""
        return self._tell("on_configure", state)

    def on_cleanup(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Handle cleanup: tell the managed entities."""
        return self._tell("on_cleanup", state)

    def on_shutdown(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Handle shutdown: tell the managed entities."""
        return self._tell("on_shutdown", state)

    def on_activate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Handle activate: tell the managed entities."""
        return self._tell("on_activate", state)

    def on_deactivate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Handle deactivate: tell the managed entities."""
        return self._tell("on_deactivate", state)

    def on_error(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Handle an error: tell the managed entities."""
        return self._tell("on_error", state)

    def register_callback(self, state_id: int, callback: Callable[..., Any]) -> bool:
        """Replace the callback of a transitional state."""
        self._transition_callbacks[state_id] = callback
        return True

    def register_on_configure(self, callback: Callable[..., Any]) -> bool:
        """Replace the callback of configure."""
        return self.register_callback(_State.TRANSITION_STATE_CONFIGURING, callback)

    def register_on_cleanup(self, callback: Callable[..., Any]) -> bool:
        """Replace the callback of cleanup."""
        return self.register_callback(_State.TRANSITION_STATE_CLEANINGUP, callback)

    def register_on_shutdown(self, callback: Callable[..., Any]) -> bool:
        """Replace the callback of shutdown."""
        return self.register_callback(_State.TRANSITION_STATE_SHUTTINGDOWN, callback)

    def register_on_activate(self, callback: Callable[..., Any]) -> bool:
        """Replace the callback of activate."""
        return self.register_callback(_State.TRANSITION_STATE_ACTIVATING, callback)

    def register_on_deactivate(self, callback: Callable[..., Any]) -> bool:
        """Replace the callback of deactivate."""
        return self.register_callback(_State.TRANSITION_STATE_DEACTIVATING, callback)

    def register_on_error(self, callback: Callable[..., Any]) -> bool:
        """Replace the callback for errors."""
        return self.register_callback(_State.TRANSITION_STATE_ERRORPROCESSING, callback)

    # Transitions

    def trigger_configure(self) -> TransitionCallbackReturn:
        """Configure; raises TransitionError (a RuntimeError) in a wrong state."""
        return self._trigger(self._state_machine.find("configure"))

    def trigger_cleanup(self) -> TransitionCallbackReturn:
        """Clean up; raises TransitionError in a wrong state."""
        return self._trigger(self._state_machine.find("cleanup"))

    def trigger_shutdown(self) -> TransitionCallbackReturn:
        """Shut down for good; raises TransitionError in a wrong state."""
        return self._trigger(self._state_machine.find("shutdown"))

    def trigger_activate(self) -> TransitionCallbackReturn:
        """Activate; raises TransitionError in a wrong state."""
        return self._trigger(self._state_machine.find("activate"))

    def trigger_deactivate(self) -> TransitionCallbackReturn:
        """Deactivate; raises TransitionError in a wrong state."""
        return self._trigger(self._state_machine.find("deactivate"))

    def _go(self, edge: Edge) -> None:
        self._state_machine.state = edge.goal
        if self._transition_publisher is not None and self.context.ok():
            description = _description(edge)
            self._transition_publisher.publish(
                lifecycle_msgs.msg.TransitionEvent(
                    timestamp=time.time_ns(),
                    transition=description.transition,
                    start_state=description.start_state,
                    goal_state=description.goal_state,
                )  # fmt: skip
            )

    def _call(self, state: LifecycleState) -> TransitionCallbackReturn:
        callback = self._transition_callbacks[self._state_machine.state]
        try:
            return TransitionCallbackReturn(callback(state))
        except Exception:
            self.get_logger().error(
                f"the callback of '{self._state_machine.current.label}' failed:\n"
                f"{traceback.format_exc()}"
            )
            return TransitionCallbackReturn.ERROR

    def _trigger(self, edge: Edge) -> TransitionCallbackReturn:
        before = self._state_machine.current
        self._go(edge)
        code = self._call(before)
        self._go(self._state_machine.outcome(code))
        if self._state_machine.state == _State.TRANSITION_STATE_ERRORPROCESSING:
            self._go(self._state_machine.outcome(self._call(before)))
        return code

    # Services

    def _change_state(self, request: Any, response: Any) -> Any:
        try:
            edge = self._state_machine.find(request.transition.label, request.transition.id)
        except TransitionError as error:
            self.get_logger().warning(str(error))
            response.success = False
            return response
        response.success = self._trigger(edge) == TransitionCallbackReturn.SUCCESS
        return response

    def _get_state(self, request: Any, response: Any) -> Any:
        response.current_state = _state_msg(self._state_machine.state)
        return response

    def _get_states(self, request: Any, response: Any) -> Any:
        response.available_states = [_state_msg(number) for number in STATE_LABELS]
        return response

    def _get_transitions(self, request: Any, response: Any) -> Any:
        available = self._state_machine.available()
        response.available_transitions = [_description(edge) for edge in available]
        return response

    def _get_graph(self, request: Any, response: Any) -> Any:
        response.available_transitions = [_description(edge) for edge in EDGES]
        return response


class LifecycleNode(LifecycleNodeMixin, Node):
    """A node with a managed life cycle."""

    def __init__(
        self, node_name: str, *, enable_communication_interface: bool = True, **kwargs: Any
    ) -> None:
        Node.__init__(self, node_name, **kwargs)
        LifecycleNodeMixin.__init__(
            self, enable_communication_interface=enable_communication_interface
        )
