"""Actions that are known in the graph, found by their feedback topics."""

from __future__ import annotations

from typing import Any

_FEEDBACK = "/_action/feedback"
_SUFFIX = "_FeedbackMessage"


def _actions(topics: list[tuple[str, list[str]]]) -> list[tuple[str, list[str]]]:
    return [
        (name.removesuffix(_FEEDBACK), [kind.removesuffix(_SUFFIX) for kind in kinds])
        for name, kinds in topics
        if name.endswith(_FEEDBACK)
    ]


def get_action_names_and_types(node: Any) -> list[tuple[str, list[str]]]:
    """All actions with their types."""
    return _actions(node.get_topic_names_and_types())
