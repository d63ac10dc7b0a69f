"""Which loggers publish on /rosout, and through what."""

from __future__ import annotations

import threading
from typing import Any


class RosoutState:
    """Publishers of one context by node's logger name."""

    def __init__(self) -> None:
        self._publishers: dict[str, Any] = {}
        self._lock = threading.Lock()

    def add(self, logger: str, publisher: Any) -> None:
        """Publish what this logger and its children say."""
        with self._lock:
            self._publishers[logger] = publisher
        _register(self)

    def remove(self, logger: str) -> None:
        """Publish it no longer."""
        with self._lock:
            self._publishers.pop(logger, None)

    def find(self, logger: str) -> Any:
        """Publisher for a logger: its own or its nearest ancestor's."""
        with self._lock:
            while logger:
                if logger in self._publishers:
                    return self._publishers[logger]
                logger = logger.rpartition(".")[0]
        return None


_states: list[RosoutState] = []


def _register(state: RosoutState) -> None:
    if state not in _states:
        _states.append(state)


def publisher_for(logger: str) -> Any:
    """Publisher of any context that covers a logger, or None."""
    for state in _states:
        publisher = state.find(logger)
        if publisher is not None:
            return publisher
    return None
