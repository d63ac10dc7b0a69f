"""Nodes of the graph."""

from typing import Any

from .direct_node import absolute, is_hidden, wait_until
from .errors import CommandError


def node_names(node: Any, include_hidden: bool = False) -> list[str]:
    """Return the full names of the nodes, sorted; a name that two nodes have comes twice."""
    names = sorted(
        f"{namespace.rstrip('/')}/{name}"
        for name, namespace in node.get_node_names_and_namespaces()
    )
    return [name for name in names if include_hidden or not is_hidden(name)]


def require_node(node: Any, name: str, seconds: float | None = None) -> str:
    """Return the full name of a node, once it is there.

    Raises:
        CommandError: it is not there after some seconds.
    """
    full = absolute(name)
    if wait_until(lambda: full if full in node_names(node, True) else None, seconds) is None:
        raise CommandError("Node not found")
    return full


def split_name(full: str) -> tuple[str, str]:
    """Return (name, namespace) of a full node name."""
    namespace, _, name = full.rpartition("/")
    return name, namespace or "/"
