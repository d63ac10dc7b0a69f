"""The handler for the end of a process."""

from collections.abc import Callable
from typing import Any

from ..action import Action
from ..events.process import ProcessExited
from .on_action_event_base import OnActionEventBase, OnEvent


class OnProcessExit(OnActionEventBase):
    """Visits entities when a process has ended."""

    def __init__(
        self,
        *,
        target_action: Callable[[Any], bool] | Action | None = None,
        on_exit: OnEvent | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            action_matcher=target_action,
            on_event=on_exit,
            target_event_cls=ProcessExited,
            **kwargs,
        )
