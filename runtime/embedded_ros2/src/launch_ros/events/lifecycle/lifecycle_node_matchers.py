"""Which lifecycle node an event is meant for."""

from ..matchers import matches_node_name

__all__ = ["matches_node_name"]
