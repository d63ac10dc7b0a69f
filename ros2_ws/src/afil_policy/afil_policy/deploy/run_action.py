"""The action ``~/run``: start and stop with feedback, while the model stays loaded."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from afil_core.errors import AfilError
from afil_policy.deploy.status import ControlStatus


class RunAction:
    """Serves one goal at a time; it is over when its time is, or when it is canceled.

    Args:
        kind: The action's class, ``afil_interfaces.action.RunPolicy``.
        future: Makes a future that the executor waits for.
        start: Starts to command.
        stop: Brings the robot to rest.
        status: What the loop has done; None while there is no loop.
        wall_s: Steady clock, seconds.
    """

    def __init__(
        self,
        kind: Any,
        future: Callable[[], Any],
        *,
        start: Callable[[], None],
        stop: Callable[[], None],
        status: Callable[[], ControlStatus | None],
        wall_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._kind, self._future = kind, future
        self._start, self._stop, self._status = start, stop, status
        self._wall_s = wall_s
        self._handle: Any = None
        self._ended: Any = None
        self._begun_s = 0.0
        self._before = 0

    @property
    def is_busy(self) -> bool:
        """Whether a goal runs."""
        return self._handle is not None

    async def execute(self, handle: Any) -> Any:
        """Run a goal to its end; its result."""
        result = self._kind.Result()
        self._handle, self._ended = handle, self._future()
        try:
            self._start()
            self._begun_s = self._wall_s()
            self._before = self._count()
            await self._ended
            result.commands = self._count() - self._before
            self._stop()
        except AfilError as error:
            result.message = str(error)
            handle.abort()
        else:
            result.success = True
            if handle.is_cancel_requested:
                handle.canceled()
            else:
                handle.succeed()
        finally:
            self._handle = None
        return result

    def follow(self, *, is_active: bool) -> None:
        """Say how the goal is, and end it when it is over; to be called on a timer.

        Args:
            is_active: Whether the policy commands; where it does not, the goal is over.
        """
        handle, ended = self._handle, self._ended
        if handle is None or ended is None or ended.done() or not self._begun_s:
            return
        status = self._status()
        elapsed_s = self._wall_s() - self._begun_s
        feedback = self._kind.Feedback()
        feedback.elapsed_s = elapsed_s
        feedback.commands = self._count() - self._before
        if status is not None:
            feedback.refusals, feedback.problem = status.refusals, status.problem or ""
        handle.publish_feedback(feedback)
        longest_s = float(handle.request.duration_s)
        if handle.is_cancel_requested or 0 < longest_s <= elapsed_s or not is_active:
            ended.set_result(True)

    def _count(self) -> int:
        status = self._status()
        return 0 if status is None else status.commands
