"""The action that records an episode, as far as it is not ROS."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from afil_teleop.recording.control import RecordingControl
from afil_teleop.recording.session import Answer


class EpisodeGoals:
    """Joins the goals of ``RecordEpisode`` to a session, one at a time.

    A goal is executed when its episode is over: a coroutine that waits for it would be polled by
    the executor all the time.

    Args:
        control: The session.
        action: The class ``afil_interfaces.action.RecordEpisode``.
    """

    def __init__(self, control: RecordingControl, action: Any) -> None:
        self._control = control
        self._action = action
        self._goal: Any = None
        self._outcome: tuple[Path | None, bool, str] = (None, False, "")
        control.on_end = self._ended

    @property
    def is_free(self) -> bool:
        """Whether another goal may come."""
        return self._goal is None

    def begin(self, goal: Any, wall_s: float) -> Answer:
        """Start the episode of an accepted goal.

        Args:
            goal: Its handle.
            wall_s: Monotonic wall time, s.
        """
        self._goal = goal
        wanted = goal.request
        answer = self._control.asked.record(wanted.task, wanted.duration, wall_s)
        if not answer.accepted:
            self._end(None, False, answer.message)
        return answer

    def poll(self) -> None:
        """Discard the episode of a goal that is to be cancelled."""
        if self._goal is not None and self._goal.is_cancel_requested:
            self._control.session.discard()

    def tell(self, time_s: float, phase: int, problems: list[str]) -> None:
        """Publish how far the episode is."""
        if self._goal is not None:
            self._goal.publish_feedback(
                self._action.Feedback(time=time_s, phase=phase, problems=problems)
            )

    def result(self, goal: Any) -> Any:
        """End a goal; the action server's ``execute_callback``."""
        path, success, message = self._outcome
        saved = path is not None and path in self._control.session.saved
        if goal.is_cancel_requested:
            goal.canceled()
        elif path is None:
            goal.abort()
        else:
            goal.succeed()
        return self._action.Result(
            saved=saved, success=success, episode=str(path or ""), message=message
        )

    def _ended(self, path: Path | None, success: bool) -> None:
        if self._goal is not None:
            saved = path in self._control.session.saved
            said = "discarded" if path is None else "saved" if saved else "set aside"
            self._end(path, success, said)

    def _end(self, path: Path | None, success: bool, message: str) -> None:
        goal, self._goal = self._goal, None
        self._outcome = (path, success, message)
        goal.execute()
