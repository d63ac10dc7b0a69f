"""Guard conditions: callbacks triggered by hand."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from types import CoroutineType
from typing import Any

from rclpy.impl.entity import Entity


class GuardCondition(Entity):
    """Runs its callback in the executor after :meth:`trigger`."""

    def __init__(
        self, callback: Callable[[], Any] | None, callback_group: Any, context: Any = None
    ) -> None:
        super().__init__(callback_group)
        self.callback = callback
        self._triggered = False
        self._waker: Callable[[], Any] | None = None

    def _set_node(self, node: Any) -> None:
        reference = weakref.ref(node)

        def wake() -> None:
            owner = reference()
            if owner is not None:
                owner._wake_executor()

        self._waker = wake

    def _begin(self, executor: Any) -> Any:
        if not self._triggered or self._destroyed:
            return None
        self._triggered = False
        outcome = None if self.callback is None else self.callback()
        return outcome if isinstance(outcome, CoroutineType) else None

    def trigger(self) -> None:
        """Ask for the callback to run. Safe from any thread."""
        self._check_alive()
        self._triggered = True
        if self._waker is not None:
            self._waker()
