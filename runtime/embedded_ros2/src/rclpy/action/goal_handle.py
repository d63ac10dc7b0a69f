"""The goal that an action server works on."""

from __future__ import annotations

import threading
from enum import IntEnum
from typing import Any

from action_msgs.msg import GoalInfo, GoalStatus


class GoalEvent(IntEnum):
    """What can happen to a goal."""

    EXECUTE = 1
    CANCEL_GOAL = 2
    SUCCEED = 3
    ABORT = 4
    CANCELED = 5


_S = GoalStatus
_NEXT = {
    (_S.STATUS_ACCEPTED, GoalEvent.EXECUTE): _S.STATUS_EXECUTING,
    (_S.STATUS_ACCEPTED, GoalEvent.CANCEL_GOAL): _S.STATUS_CANCELING,
    (_S.STATUS_EXECUTING, GoalEvent.CANCEL_GOAL): _S.STATUS_CANCELING,
    (_S.STATUS_EXECUTING, GoalEvent.SUCCEED): _S.STATUS_SUCCEEDED,
    (_S.STATUS_EXECUTING, GoalEvent.ABORT): _S.STATUS_ABORTED,
    (_S.STATUS_CANCELING, GoalEvent.SUCCEED): _S.STATUS_SUCCEEDED,
    (_S.STATUS_CANCELING, GoalEvent.ABORT): _S.STATUS_ABORTED,
    (_S.STATUS_CANCELING, GoalEvent.CANCELED): _S.STATUS_CANCELED,
}


class ServerGoalHandle:
    """State of one goal; the execute callback gets it."""

    def __init__(self, action_server: Any, goal_info: GoalInfo, goal_request: Any) -> None:
        self._action_server = action_server
        self._info = goal_info
        self._request = goal_request
        self._status = _S.STATUS_ACCEPTED
        self._cancel_requested = False
        self._finished_at: float | None = None
        self._lock = threading.Lock()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ServerGoalHandle) and self.goal_id == other.goal_id

    def __hash__(self) -> int:
        return hash(bytes(self.goal_id.uuid))

    @property
    def request(self) -> Any:
        """The goal."""
        return self._request

    @property
    def goal_id(self) -> Any:
        """Its id."""
        return self._info.goal_id

    @property
    def is_active(self) -> bool:
        """Whether it has not ended."""
        return self._status in (_S.STATUS_ACCEPTED, _S.STATUS_EXECUTING, _S.STATUS_CANCELING)

    @property
    def is_cancel_requested(self) -> bool:
        """Whether it should be canceled."""
        return self._status == _S.STATUS_CANCELING

    @property
    def status(self) -> int:
        """Status as in action_msgs/msg/GoalStatus."""
        return self._status

    def _update(self, event: GoalEvent) -> None:
        with self._lock:
            following = _NEXT.get((self._status, event))
            if following is None:
                raise RuntimeError(
                    f"goal_handle attempted invalid transition from state {self._status} with "
                    f"event {event.name}"
                )
            self._status = following
        self._action_server._publish_status()

    def execute(self, execute_callback: Any = None) -> None:
        """Start executing, unless a cancel request came first."""
        if not self.is_cancel_requested:
            self._update(GoalEvent.EXECUTE)
        self._action_server.notify_execute(self, execute_callback)

    def publish_feedback(self, feedback: Any) -> None:
        """Publish feedback.

        Raises:
            TypeError: It is of another type.
        """
        server = self._action_server
        if not isinstance(feedback, server._action_type.Feedback):
            raise TypeError(f"Expected {server._action_type.Feedback}, got {type(feedback)}")
        server._feedback_pub.publish(
            server._action_type.Impl.FeedbackMessage(goal_id=self.goal_id, feedback=feedback)
        )

    def succeed(self) -> None:
        """End with success."""
        self._update(GoalEvent.SUCCEED)

    def abort(self) -> None:
        """End without success."""
        self._update(GoalEvent.ABORT)

    def canceled(self) -> None:
        """End because of a cancel request."""
        self._update(GoalEvent.CANCELED)

    def destroy(self) -> None:
        """Nothing to free."""
