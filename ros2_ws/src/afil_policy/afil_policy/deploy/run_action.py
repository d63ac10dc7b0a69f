"""The action ``~/run``: start and stop with feedback, while the model stays loaded."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from afil_core.errors import AfilError
from afil_policy.deploy.status import ControlStatus


class RunAction:
    """Serves one goal at a time; it is over when its time is, or when it is canceled.

    Nothing waits in a coroutine meanwhile, which rclpy's executors would ask again and again: the
    goal is executed when it is over, and that is done at once.

    Args:
        kind: The action's class, ``afil_interfaces.action.RunPolicy``.
        start: Starts to command.
        stop: Brings the robot to rest.
        status: What the loop has done; None while there is no loop.
        wall_s: Steady clock, seconds.
    """

    def __init__(
        self,
        kind: Any,
        *,
        start: Callable[[], None],
        stop: Callable[[], None],
        status: Callable[[], ControlStatus | None],
        wall_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._kind = kind
        self._start, self._stop, self._status = start, stop, status
        self._wall_s = wall_s
        self._handle: Any = None
        self._problem = ""
        self._begun_s = 0.0
        self._before = 0

    @property
    def is_busy(self) -> bool:
        """Whether a goal runs."""
        return self._handle is not None

    def accepted(self, handle: Any) -> None:
        """Begin with a goal."""
        self._handle, self._problem = handle, ""
        try:
            self._start()
        except AfilError as error:
            self._problem = str(error)
        # Loading the model may have taken longer than the goal lasts.
        self._begun_s = self._wall_s()
        self._before = self._count()

    def follow(self, *, is_active: bool) -> None:
        """Say how the goal is, and end it when it is over; to be called on a timer.

        Args:
            is_active: Whether the policy commands; where it does not, the goal is over.
        """
        handle = self._handle
        if handle is None:
            return
        elapsed_s = self._wall_s() - self._begun_s
        handle.publish_feedback(self._feedback(elapsed_s))
        longest_s = float(handle.request.duration_s)
        is_over = handle.is_cancel_requested or 0 < longest_s <= elapsed_s
        if is_over or not is_active:
            if not is_over:
                self._problem = self._problem or "the policy was stopped before the goal was over"
            self._handle = None
            handle.execute(self.execute)

    def execute(self, handle: Any) -> Any:
        """Bring the robot to rest; the goal's result."""
        result = self._kind.Result()
        result.commands = self._count() - self._before
        try:
            self._stop()
        except AfilError as error:
            self._problem = self._problem or str(error)
        result.message, result.success = self._problem, not self._problem
        if self._problem:
            handle.abort()
        elif handle.is_cancel_requested:
            handle.canceled()
        else:
            handle.succeed()
        return result

    def _feedback(self, elapsed_s: float) -> Any:
        status = self._status()
        feedback = self._kind.Feedback()
        feedback.elapsed_s = elapsed_s
        feedback.commands = self._count() - self._before
        if status is not None:
            feedback.refusals, feedback.problem = status.refusals, status.problem or ""
        return feedback

    def _count(self) -> int:
        status = self._status()
        return 0 if status is None else status.commands
