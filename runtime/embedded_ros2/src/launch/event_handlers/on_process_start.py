"""The handler for the start of a process."""

from collections.abc import Callable
from typing import Any

from ..action import Action
from ..events.process import ProcessStarted
from .on_action_event_base import OnActionEventBase, OnEvent


class OnProcessStart(OnActionEventBase):
    """Visits entities when a process has started."""

    def __init__(
        self,
        *,
        target_action: Callable[[Any], bool] | Action | None = None,
        on_start: OnEvent,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            action_matcher=target_action,
            on_event=on_start,
            target_event_cls=ProcessStarted,
            **kwargs,
        )
