"""Nodes: where publishers, subscriptions, services, timers and parameters live."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn, TypeVar

from rcl_interfaces.msg import ParameterEvent

from rclpy.callback_groups import CallbackGroup, MutuallyExclusiveCallbackGroup
from rclpy.client import Client
from rclpy.clock import Clock, ROSClock
from rclpy.constants import S_TO_NS
from rclpy.event_handler import PublisherEventCallbacks, SubscriptionEventCallbacks
from rclpy.guard_condition import GuardCondition
from rclpy.impl import arguments, names
from rclpy.impl.entity import check_message_type, check_service_type
from rclpy.impl.node_graph import NodeGraph, NodeNameNonExistentError
from rclpy.impl.node_parameters import NodeParameters
from rclpy.impl.node_teardown import NodeTeardown
from rclpy.impl.parameter_callbacks import ParameterCallbacks
from rclpy.impl.parameter_declaring import overrides_for
from rclpy.impl.qos_resolution import resolve
from rclpy.impl.rosout import RosoutPublisher
from rclpy.logging import get_logger
from rclpy.parameter import Parameter
from rclpy.parameter_service import ParameterService
from rclpy.publisher import Publisher
from rclpy.qos import (
    QoSProfile,
    check_qos,
    qos_profile_parameter_events,
    qos_profile_services_default,
)
from rclpy.service import Service
from rclpy.subscription import Subscription
from rclpy.time_source import TimeSource
from rclpy.timer import Rate, Timer
from rclpy.type_description_service import TypeDescriptionService
from rclpy.utilities import get_default_context

__all__ = ["Node", "NodeNameNonExistentError"]

HIDDEN_NODE_PREFIX = "_"
_Entity = TypeVar("_Entity")


def _refuse(what: str) -> NoReturn:
    raise NotImplementedError(f"embedded_ros2 has no {what}; use a ROS 2 installation")


class Node(NodeParameters, ParameterCallbacks, NodeGraph, NodeTeardown):
    """A participant in the ROS graph."""

    def __init__(
        self,
        node_name: str,
        *,
        context: Any = None,
        cli_args: list[str] | None = None,
        namespace: str | None = None,
        use_global_arguments: bool = True,
        enable_rosout: bool = True,
        start_parameter_services: bool = True,
        parameter_overrides: list[Parameter] | None = None,
        allow_undeclared_parameters: bool = False,
        automatically_declare_parameters_from_overrides: bool = False,
        enable_logger_service: bool = False,
    ) -> None:
        """Create a node.

        Args:
            node_name: Its name; ``__node:=`` may replace it.
            context: Context, the default one where None.
            cli_args: Arguments of this node alone, starting with ``--ros-args``.
            namespace: Its namespace; ``__ns:=`` may replace it.
            use_global_arguments: Whether the process's arguments count.
            enable_rosout: Whether its log goes to ``/rosout``.
            start_parameter_services: Whether others may get and set its parameters.
            parameter_overrides: Values that win over those of the command line.
            allow_undeclared_parameters: Whether parameters need no declaration.
            automatically_declare_parameters_from_overrides: Whether overrides are declared.
            enable_logger_service: Not here.

        Raises:
            NotInitializedException: The context is not initialized.
            InvalidNodeNameException: The name breaks the rules.
            InvalidNamespaceException: The namespace breaks the rules.
        """
        self._context = context or get_default_context()
        participant = self._context.participant
        self._destroyed = False
        self._executor_ref = None
        self._publishers = []
        self._subscriptions = []
        self._clients = []
        self._services = []
        self._timers = []
        self._guards = []
        self._waitables = []
        self._rates = {}
        self._participant = participant
        self._read_arguments(node_name, namespace, cli_args, use_global_arguments)
        self._default_callback_group = MutuallyExclusiveCallbackGroup()
        self._clock = ROSClock()
        self._logger = get_logger(self._logger_name())
        self._graph_entry = self._context.graph.add_node(self._name, self._namespace)
        self._context.track_node(self)
        overrides = overrides_for(self._parameter_sources, self.get_fully_qualified_name())
        overrides.update({p.name: p for p in parameter_overrides or ()})
        self._init_parameters(overrides, allow_undeclared_parameters)
        rosout = enable_rosout and self._rosout_enabled
        self._rosout = RosoutPublisher(self) if rosout else None
        self._parameter_event_publisher = self.create_publisher(
            ParameterEvent, "/parameter_events", qos_profile_parameter_events
        )
        if automatically_declare_parameters_from_overrides:
            self.declare_parameters("", [(n, p.value) for n, p in overrides.items()
                                         if n != "use_sim_time"], True)  # fmt: skip
        self._time_source = TimeSource(node=self)
        self._time_source.attach_clock(self._clock)
        if start_parameter_services:
            self._parameter_service = ParameterService(self)
        if enable_logger_service:
            _refuse("a service for logger levels")
        self._type_description_service = TypeDescriptionService(self)

    def _read_arguments(
        self, name: str, namespace: str | None, cli_args: list[str] | None, use_global: bool
    ) -> None:
        sources = [arguments.parse(cli_args)] if cli_args else []
        if use_global:
            sources.append(self._context._arguments)
        self._remaps = [rule for source in sources for rule in source.remaps]
        # What is said for this node alone comes last and wins.
        self._parameter_sources = [
            item for source in reversed(sources) for item in source.parameters
        ]
        self._rosout_enabled = all(source.rosout_logs for source in sources)
        names.validate_node_name(name)
        namespace = "/" + (namespace or "").lstrip("/")
        names.validate_namespace(namespace)
        name, namespace = names.remapped_node(name, namespace, self._remaps)
        namespace = "/" + namespace.lstrip("/")
        names.validate_node_name(name)
        names.validate_namespace(namespace)
        self._name, self._namespace = name, namespace

    def _logger_name(self) -> str:
        return f"{self._namespace.strip('/').replace('/', '.')}.{self._name}".lstrip(".")

    # Making entities

    def _register(self, entities: list[_Entity], entity: _Entity, *endpoints: Any) -> _Entity:
        group = getattr(entity, "callback_group", None)
        if group is not None:
            group.add_entity(entity)
        entities.append(entity)
        for handler in getattr(entity, "event_handlers", ()):
            self._waitables.append(handler)
        if endpoints:
            self._context.graph.change(self._graph_entry, add=endpoints)
        self._entities_changed()
        return entity

    def create_publisher(
        self,
        msg_type: Any,
        topic: str,
        qos_profile: QoSProfile | int,
        *,
        callback_group: CallbackGroup | None = None,
        event_callbacks: PublisherEventCallbacks | None = None,
        qos_overriding_options: Any = None,
        publisher_class: type[Publisher] = Publisher,
    ) -> Publisher:
        """Publish messages of a type on a topic; an int as QoS is the history depth."""
        check_message_type(msg_type)
        qos = self._qos(check_qos(qos_profile), topic, "publisher", qos_overriding_options)
        full = self._resolve(topic, False)
        group = callback_group or self.default_callback_group
        publisher = publisher_class(
            self._participant, msg_type, full, qos,
            event_callbacks or PublisherEventCallbacks(), group,
        )  # fmt: skip
        publisher._context_ok = self._context.ok
        publisher.topic = topic  # As rclpy has it: the name as it was given.
        return self._register(self._publishers, publisher, publisher._writer)

    def create_subscription(
        self,
        msg_type: Any,
        topic: str,
        callback: Callable[..., Any],
        qos_profile: QoSProfile | int,
        *,
        callback_group: CallbackGroup | None = None,
        event_callbacks: SubscriptionEventCallbacks | None = None,
        qos_overriding_options: Any = None,
        raw: bool = False,
        content_filter_options: Any = None,
    ) -> Subscription:
        """Receive messages of a topic; with ``raw=True`` the callback gets CDR bytes."""
        check_message_type(msg_type)
        if content_filter_options is not None:
            _refuse("content filters")
        qos = self._qos(check_qos(qos_profile), topic, "subscription", qos_overriding_options)
        subscription = Subscription(
            self._participant, msg_type, self._resolve(topic, False), callback,
            callback_group or self.default_callback_group, qos, raw,
            event_callbacks or SubscriptionEventCallbacks(),
        )  # fmt: skip
        subscription.topic = topic
        return self._register(self._subscriptions, subscription, subscription._reader)

    def _qos(self, qos: QoSProfile, topic: str, kind: str, overriding: Any) -> QoSProfile:
        if overriding is not None:
            _refuse("QoS overrides by parameters")
        return resolve(self, qos, topic, kind)

    def create_client(
        self,
        srv_type: Any,
        srv_name: str,
        *,
        qos_profile: QoSProfile = qos_profile_services_default,
        callback_group: CallbackGroup | None = None,
    ) -> Client:
        """Call a service."""
        check_service_type(srv_type)
        client = Client(
            self._context, self._participant, srv_type, self._resolve(srv_name, True),
            check_qos(qos_profile), callback_group or self.default_callback_group,
        )  # fmt: skip
        client.srv_name = srv_name
        return self._register(self._clients, client, client._reader, client._writer)

    def create_service(
        self,
        srv_type: Any,
        srv_name: str,
        callback: Callable[[Any, Any], Any],
        *,
        qos_profile: QoSProfile = qos_profile_services_default,
        callback_group: CallbackGroup | None = None,
    ) -> Service:
        """Offer a service; the callback gets the request and an empty response to fill."""
        check_service_type(srv_type)
        service = Service(
            self._participant, srv_type, self._resolve(srv_name, True), callback,
            callback_group or self.default_callback_group, check_qos(qos_profile),
        )  # fmt: skip
        service.srv_name = srv_name
        return self._register(self._services, service, service._reader, service._writer)

    def create_timer(
        self,
        timer_period_sec: float,
        callback: Callable[..., Any] | None,
        callback_group: CallbackGroup | None = None,
        clock: Clock | None = None,
        autostart: bool = True,
    ) -> Timer:
        """Call back every ``timer_period_sec`` seconds of the clock (ROS time by default)."""
        timer = Timer(
            callback, callback_group or self.default_callback_group,
            int(float(timer_period_sec) * S_TO_NS), clock or self._clock,
            context=self._context, autostart=autostart,
        )  # fmt: skip
        timer._set_node(self)
        return self._register(self._timers, timer)

    def create_guard_condition(
        self, callback: Callable[[], Any], callback_group: CallbackGroup | None = None
    ) -> GuardCondition:
        """Run a callback when triggered by hand."""
        guard = GuardCondition(
            callback, callback_group or self.default_callback_group, self._context
        )
        guard._set_node(self)
        return self._register(self._guards, guard)

    def create_rate(self, frequency: float, clock: Clock | None = None) -> Rate:
        """Sleep at a frequency in Hz; spin the node in another thread."""
        if frequency <= 0:
            raise ValueError("frequency must be > 0")
        from rclpy.callback_groups import ReentrantCallbackGroup

        timer = self.create_timer(1.0 / frequency, None, ReentrantCallbackGroup(), clock)
        rate = Rate(timer, context=self._context)
        self._rates[rate] = timer
        return rate

    def add_waitable(self, waitable: Any) -> None:
        """Let the executor serve a custom entity."""
        self._register(self._waitables, waitable)

    def remove_waitable(self, waitable: Any) -> None:
        """Serve it no longer."""
        self._waitables.remove(waitable)
        self._entities_changed()
