"""The graph part of a node: names, types, counts and endpoints of others."""

from __future__ import annotations

import threading
import time
from typing import Any

from rclpy.impl.discovery import Graph, LocalNode
from rclpy.impl.node_identity import NodeIdentity
from rclpy.impl.qos_from_dds import profile_from_dds, type_hash_from
from rclpy.topic_endpoint_info import TopicEndpointInfo, TopicEndpointTypeEnum


class NodeNameNonExistentError(RuntimeError):
    """No node of that name is known."""


def ros_type(dds_type: str) -> str:
    """ROS name of a DDS type: ``std_msgs::msg::dds_::String_`` -> ``std_msgs/msg/String``."""
    parts = dds_type.split("::")
    if len(parts) == 4 and parts[2] == "dds_":
        return f"{parts[0]}/{parts[1]}/{parts[3].removesuffix('_')}"
    return dds_type


def service_of(topic: str, dds_type: str) -> tuple[str, str] | None:
    """(service, type) of a request or reply topic, or None."""
    for prefix, suffix, part in (("rq/", "Request", "_Request"), ("rr/", "Reply", "_Response")):
        if topic.startswith(prefix) and topic.endswith(suffix):
            return topic[2 : -len(suffix)], ros_type(dds_type).removesuffix(part)
    return None


def _collect(pairs: Any) -> list[tuple[str, list[str]]]:
    found: dict[str, set[str]] = {}
    for name, kind in pairs:
        found.setdefault(name, set()).add(kind)
    return [(name, sorted(kinds)) for name, kinds in sorted(found.items())]


def _topics(samples: Any) -> Any:
    for sample in samples:
        if sample.topic_name.startswith("rt/"):
            yield sample.topic_name[2:], ros_type(sample.type_name)


def _services(samples: Any, prefix: str) -> Any:
    for sample in samples:
        if sample.topic_name.startswith(prefix):
            service = service_of(sample.topic_name, sample.type_name)
            if service is not None:
                yield service


class NodeGraph(NodeIdentity):
    """Part of :class:`rclpy.node.Node`."""

    @property
    def _graph(self) -> Graph:
        return self.context.graph

    def get_topic_names_and_types(self, no_demangle: bool = False) -> list[tuple[str, list[str]]]:
        """All topics with their types."""
        samples = self._graph.writers() + self._graph.readers()
        if no_demangle:
            return _collect((s.topic_name, s.type_name) for s in samples)
        return _collect(_topics(samples))

    def get_service_names_and_types(self) -> list[tuple[str, list[str]]]:
        """All services with their types."""
        return _collect(_services(self._graph.readers() + self._graph.writers(), "r"))

    def get_node_names(self) -> list[str]:
        """Names of all nodes."""
        return [name for name, _ in self.get_node_names_and_namespaces()]

    def get_fully_qualified_node_names(self) -> list[str]:
        """Full names of all nodes."""
        return [f"{ns.rstrip('/')}/{name}" for name, ns in self.get_node_names_and_namespaces()]

    def wait_for_node(self, fully_qualified_node_name: str, timeout: float) -> bool:
        """Wait (s; for ever where negative) until a node is there; returns whether it is.

        Raises:
            ExternalShutdownException: The context was shut down before.
        """
        full_name = "/" + fully_qualified_node_name.removeprefix("/")
        start = time.monotonic()
        while full_name not in self.get_fully_qualified_node_names():
            if 0 <= timeout <= time.monotonic() - start:
                return False
            self._context._wait_for(threading.Event(), 0.05)
        return True

    def get_node_names_and_namespaces(self) -> list[tuple[str, str]]:
        """(name, namespace) of all nodes."""
        return [(node.name, node.namespace) for node in self._graph.nodes()]

    def get_node_names_and_namespaces_with_enclaves(self) -> list[tuple[str, str, str]]:
        """(name, namespace, enclave) of all nodes."""
        return [(node.name, node.namespace, "/") for node in self._graph.nodes()]

    def _find_node(self, name: str, namespace: str) -> LocalNode:
        namespace = "/" + namespace.strip("/")
        for node in self._graph.nodes():
            if node.name == name and node.namespace == namespace:
                return node
        raise NodeNameNonExistentError(
            f"Cannot get information of unknown node {namespace.rstrip('/')}/{name}"
        )

    def _of_node(self, name: str, namespace: str, writers: bool) -> list[Any]:
        node = self._find_node(name, namespace)
        gids = set(node.writers if writers else node.readers)
        samples = self._graph.writers() if writers else self._graph.readers()
        return [sample for sample in samples if sample.gid in gids]

    def get_publisher_names_and_types_by_node(
        self, node_name: str, node_namespace: str, no_demangle: bool = False
    ) -> list[tuple[str, list[str]]]:
        """Topics a node publishes."""
        return _collect(_topics(self._of_node(node_name, node_namespace, True)))

    def get_subscriber_names_and_types_by_node(
        self, node_name: str, node_namespace: str, no_demangle: bool = False
    ) -> list[tuple[str, list[str]]]:
        """Topics a node subscribes to."""
        return _collect(_topics(self._of_node(node_name, node_namespace, False)))

    def get_service_names_and_types_by_node(
        self, node_name: str, node_namespace: str
    ) -> list[tuple[str, list[str]]]:
        """Services a node offers."""
        return _collect(_services(self._of_node(node_name, node_namespace, False), "rq/"))

    def get_client_names_and_types_by_node(
        self, node_name: str, node_namespace: str
    ) -> list[tuple[str, list[str]]]:
        """Services a node calls."""
        return _collect(_services(self._of_node(node_name, node_namespace, False), "rr/"))

    def _count(self, name: str, samples: list[Any], prefix: str = "rt", suffix: str = "") -> int:
        full = self.resolve_topic_name(name) if prefix == "rt" else self.resolve_service_name(name)
        wire = f"{prefix}{full}{suffix}"
        return sum(sample.topic_name == wire for sample in samples)

    def count_publishers(self, topic_name: str) -> int:
        """Number of publishers of a topic."""
        return self._count(topic_name, self._graph.writers())

    def count_subscribers(self, topic_name: str) -> int:
        """Number of subscriptions to a topic."""
        return self._count(topic_name, self._graph.readers())

    def count_clients(self, service_name: str) -> int:
        """Number of clients of a service."""
        return self._count(service_name, self._graph.readers(), "rr", "Reply")

    def count_services(self, service_name: str) -> int:
        """Number of servers of a service."""
        return self._count(service_name, self._graph.readers(), "rq", "Request")

    def _endpoints(
        self, topic_name: str, no_mangle: bool, samples: list[Any], kind: Any
    ) -> list[TopicEndpointInfo]:
        wire = topic_name if no_mangle else f"rt{self.resolve_topic_name(topic_name)}"
        owners: dict[bytes, LocalNode] = {}
        for node in self._graph.nodes():
            for gid in node.readers + node.writers:
                owners[gid] = node
        unknown = LocalNode("_NODE_NAME_UNKNOWN_", "_NODE_NAMESPACE_UNKNOWN_")
        return [
            TopicEndpointInfo(
                node_name=owners.get(sample.gid, unknown).name,
                node_namespace=owners.get(sample.gid, unknown).namespace,
                topic_type=sample.type_name if no_mangle else ros_type(sample.type_name),
                topic_type_hash=type_hash_from(sample.qos),
                endpoint_type=kind,
                endpoint_gid=list(sample.gid),
                qos_profile=profile_from_dds(sample.qos),
            )
            for sample in samples
            if sample.topic_name == wire
        ]

    def get_publishers_info_by_topic(
        self, topic_name: str, no_mangle: bool = False
    ) -> list[TopicEndpointInfo]:
        """Publishers of a topic in detail."""
        return self._endpoints(
            topic_name, no_mangle, self._graph.writers(), TopicEndpointTypeEnum.PUBLISHER
        )

    def get_subscriptions_info_by_topic(
        self, topic_name: str, no_mangle: bool = False
    ) -> list[TopicEndpointInfo]:
        """Subscriptions to a topic in detail."""
        return self._endpoints(
            topic_name, no_mangle, self._graph.readers(), TopicEndpointTypeEnum.SUBSCRIPTION
        )
