"""The handler for a process's output."""

from collections.abc import Callable
from typing import Any

from ..action import Action
from ..events.process import ProcessIO
from ..launch_context import LaunchContext
from ..some_entities_type import SomeEntitiesType
from .on_action_event_base import OnActionEventBase

OnIO = Callable[[ProcessIO], SomeEntitiesType | None] | None


class OnProcessIO(OnActionEventBase):
    """Calls a function of the event for each piece of output of a process."""

    def __init__(
        self,
        *,
        target_action: Callable[[Any], bool] | Action | None = None,
        on_stdin: OnIO = None,
        on_stdout: OnIO = None,
        on_stderr: OnIO = None,
        **kwargs: Any,
    ) -> None:
        def on_io(event: ProcessIO, context: LaunchContext) -> SomeEntitiesType | None:
            if event.from_stdout and on_stdout is not None:
                return on_stdout(event)
            if event.from_stderr and on_stderr is not None:
                return on_stderr(event)
            if event.from_stdin and on_stdin is not None:
                return on_stdin(event)
            return None

        super().__init__(
            action_matcher=target_action,
            on_event=on_io,
            target_event_cls=ProcessIO,
            **kwargs,
        )
