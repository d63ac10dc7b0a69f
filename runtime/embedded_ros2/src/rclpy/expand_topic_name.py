"""Expansion of topic names."""

from rclpy.impl.names import expand, validate_namespace, validate_node_name


def expand_topic_name(topic_name: str, node_name: str, node_namespace: str) -> str:
    """Make a topic name absolute, given the node that uses it."""
    validate_node_name(node_name)
    validate_namespace(node_namespace)
    return expand(topic_name, node_name, node_namespace)
