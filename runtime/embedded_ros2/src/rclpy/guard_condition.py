"""Guard conditions: callbacks triggered by hand."""

from __future__ import annotations

from collections.abc import Callable
from types import CoroutineType
from typing import Any

from rclpy.impl.entity import Entity, waker_of


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
        self._waker = waker_of(node)

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
