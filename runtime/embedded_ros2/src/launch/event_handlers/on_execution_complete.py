"""The handler for the end of an action."""

from collections.abc import Callable
from typing import Any

from ..action import Action
from ..events.execution_complete import ExecutionComplete
from .on_action_event_base import OnActionEventBase, OnEvent


class OnExecutionComplete(OnActionEventBase):
    """Visits entities when an action has done its work."""

    def __init__(
        self,
        *,
        target_action: Callable[[Any], bool] | Action | None = None,
        on_completion: OnEvent,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            action_matcher=target_action,
            on_event=on_completion,
            target_event_cls=ExecutionComplete,
            **kwargs,
        )
