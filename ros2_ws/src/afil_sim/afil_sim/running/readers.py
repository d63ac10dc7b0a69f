"""Who must be there before an episode's first frame: what a lock-step start is lost by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

# A node's name and namespace.
Name = tuple[str, str]
# How rmw names a node whose topics are discovered before itself: two of them need not be one.
_UNKNOWN: Final = "_NODE_NAME_UNKNOWN_"


@dataclass(frozen=True)
class Graph:
    """What a world sees of the others on its topics.

    Attributes:
        known: Readers of each published topic that were discovered.
        matched: Readers of each published topic that get what is published.
        readers: Nodes that read at least one published topic.
        commanders: Nodes that write each command topic.
    """

    known: Mapping[str, int]
    matched: Mapping[str, int]
    readers: frozenset[Name]
    commanders: Mapping[str, frozenset[Name]]


def missing_reader(graph: Graph, *, answered: bool) -> str:
    """What is still on the way; empty when the first frame reaches everybody.

    Args:
        graph: The present state.
        answered: Whether frames are to be answered, as in lock-step.
    """
    for topic, known in graph.known.items():
        if graph.matched[topic] < known:
            return f"a reader of {topic} is known and not connected"
    if not answered:
        return ""
    for topic, nodes in graph.commanders.items():
        if not nodes:
            return f"nobody writes {topic}"
        if any(name == _UNKNOWN for name, _ in nodes):
            return f"somebody writes {topic} whose name is not known yet"
        for name, namespace in sorted(nodes - graph.readers):
            full = f"{namespace.rstrip('/')}/{name}"
            return f"{full} writes {topic} and reads none of the world's topics yet"
    return ""
