"""Which callbacks may run at the same time."""

from __future__ import annotations

import weakref
from threading import Lock
from typing import Any


class CallbackGroup:
    """Decides when the callbacks of its entities may run."""

    def __init__(self) -> None:
        super().__init__()
        self.entities: set[weakref.ref[Any]] = set()

    def add_entity(self, entity: Any) -> None:
        """Make an entity a member."""
        self.entities.add(weakref.ref(entity, self.entities.discard))

    def has_entity(self, entity: Any) -> bool:
        """Whether an entity is a member."""
        return weakref.ref(entity) in self.entities

    def can_execute(self, entity: Any) -> bool:
        """Whether the entity's callback may start now."""
        raise NotImplementedError()

    def beginning_execution(self, entity: Any) -> bool:
        """Claim the start of a callback; False where it may not start."""
        raise NotImplementedError()

    def ending_execution(self, entity: Any) -> None:
        """Tell that a callback has ended."""
        raise NotImplementedError()


class ReentrantCallbackGroup(CallbackGroup):
    """All callbacks may run in parallel."""

    def can_execute(self, entity: Any) -> bool:
        """Return True."""
        return True

    def beginning_execution(self, entity: Any) -> bool:
        """Return True."""
        return True

    def ending_execution(self, entity: Any) -> None:
        """Nothing is claimed."""


class MutuallyExclusiveCallbackGroup(CallbackGroup):
    """One callback at a time."""

    def __init__(self) -> None:
        super().__init__()
        self._active_entity: Any = None
        self._lock = Lock()

    def can_execute(self, entity: Any) -> bool:
        """Whether none runs."""
        return self._active_entity is None

    def beginning_execution(self, entity: Any) -> bool:
        """Claim the group."""
        with self._lock:
            if self._active_entity is None:
                self._active_entity = entity
                return True
        return False

    def ending_execution(self, entity: Any) -> None:
        """Free the group."""
        assert self._active_entity is entity
        self._active_entity = None
