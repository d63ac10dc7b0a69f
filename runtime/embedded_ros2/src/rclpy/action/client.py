"""Action clients."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from typing import Any

from action_msgs.msg import GoalStatus
from action_msgs.srv import CancelGoal
from unique_identifier_msgs.msg import UUID

from rclpy.exceptions import NoTypeSupportImportedException
from rclpy.qos import (
    QoSProfile,
    qos_profile_action_status_default,
    qos_profile_services_default,
)
from rclpy.task import Future

_KEPT_CALLBACKS = 20
_FINAL = (GoalStatus.STATUS_SUCCEEDED, GoalStatus.STATUS_CANCELED, GoalStatus.STATUS_ABORTED)


def check_action_type(action_type: Any) -> None:
    """Raise NoTypeSupportImportedException where it is no action class."""
    if not all(hasattr(action_type, part) for part in ("Goal", "Result", "Feedback", "Impl")):
        raise NoTypeSupportImportedException(f"{action_type!r} is no ROS action class")


class ClientGoalHandle:
    """A goal that was sent."""

    def __init__(self, action_client: ActionClient, goal_id: UUID, goal_response: Any) -> None:
        self._action_client = action_client
        self._goal_id = goal_id
        self._goal_response = goal_response
        self._status = GoalStatus.STATUS_UNKNOWN

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ClientGoalHandle) and self._goal_id == other.goal_id

    def __hash__(self) -> int:
        return hash(bytes(self._goal_id.uuid))

    def __repr__(self) -> str:
        return (f"ClientGoalHandle <id={list(self.goal_id.uuid)}, accepted={self.accepted}, "
                f"status={self.status}>")  # fmt: skip

    @property
    def goal_id(self) -> UUID:
        """Its id."""
        return self._goal_id

    @property
    def stamp(self) -> Any:
        """When the server accepted it."""
        return self._goal_response.stamp

    @property
    def accepted(self) -> bool:
        """Whether the server accepted it."""
        return self._goal_response.accepted

    @property
    def status(self) -> int:
        """Status as in action_msgs/msg/GoalStatus."""
        return self._status

    def cancel_goal(self) -> Any:
        """Ask to cancel and wait; the node must be spun by another thread."""
        return self._action_client._cancel_goal(self)

    def cancel_goal_async(self) -> Future:
        """Ask to cancel; the future has the response."""
        return self._action_client._cancel_goal_async(self)

    def get_result(self) -> Any:
        """Wait for the result; the node must be spun by another thread."""
        return self._action_client._get_result(self)

    def get_result_async(self) -> Future:
        """Future of the result response (``.status``, ``.result``)."""
        return self._action_client._get_result_async(self)


class ActionClient:
    """Sends goals to one action."""

    def __init__(
        self,
        node: Any,
        action_type: Any,
        action_name: str,
        *,
        callback_group: Any = None,
        goal_service_qos_profile: QoSProfile = qos_profile_services_default,
        result_service_qos_profile: QoSProfile = qos_profile_services_default,
        cancel_service_qos_profile: QoSProfile = qos_profile_services_default,
        feedback_sub_qos_profile: QoSProfile = QoSProfile(depth=10),  # noqa: B008
        status_sub_qos_profile: QoSProfile = qos_profile_action_status_default,
    ) -> None:
        """Create a client for the action of a type and name; the node serves its callbacks."""
        check_action_type(action_type)
        self._node = node
        self._action_type = action_type
        self._action_name = action_name
        self._feedback_callbacks: dict[bytes, Callable[[Any], Any]] = {}
        self._goals: dict[bytes, ClientGoalHandle] = {}
        self._statuses: dict[bytes, int] = {}
        group = callback_group or node.default_callback_group
        impl, prefix = action_type.Impl, f"{action_name}/_action"

        def client(kind: Any, name: str, qos: QoSProfile) -> Any:
            return node.create_client(
                kind, f"{prefix}/{name}", qos_profile=qos, callback_group=group
            )

        self._goal_client = client(impl.SendGoalService, "send_goal", goal_service_qos_profile)
        self._cancel_client = client(CancelGoal, "cancel_goal", cancel_service_qos_profile)
        self._result_client = client(
            impl.GetResultService, "get_result", result_service_qos_profile
        )
        self._feedback_sub = node.create_subscription(
            impl.FeedbackMessage, f"{prefix}/feedback", self._on_feedback,
            feedback_sub_qos_profile, callback_group=group,
        )  # fmt: skip
        self._status_sub = node.create_subscription(
            impl.GoalStatusMessage, f"{prefix}/status", self._on_status,
            status_sub_qos_profile, callback_group=group,
        )  # fmt: skip

    def _on_feedback(self, message: Any) -> None:
        callback = self._feedback_callbacks.get(bytes(message.goal_id.uuid))
        if callback is not None:
            callback(message)

    def _on_status(self, message: Any) -> None:
        self._statuses = {
            bytes(status.goal_info.goal_id.uuid): status.status for status in message.status_list
        }
        for key, status in self._statuses.items():
            handle = self._goals.get(key)
            if handle is not None and handle._status not in _FINAL:
                handle._status = status
            if status in _FINAL:
                self._goals.pop(key, None)
        # Feedback may still be on its way when a goal has ended, so its callback stays a while.
        for key in list(self._feedback_callbacks)[:-_KEPT_CALLBACKS]:
            if self._statuses.get(key, GoalStatus.STATUS_SUCCEEDED) in _FINAL:
                del self._feedback_callbacks[key]

    def _wait(self, future: Future) -> Any:
        done = threading.Event()

        def wake(_: Future) -> None:
            done.set()

        wake._rclpy_internal = True  # type: ignore[attr-defined]
        future.add_done_callback(wake)
        self._node.context._wait_for(done)
        return future.result()

    def send_goal(
        self, goal: Any, *, feedback_callback: Callable[[Any], Any] | None = None,
        goal_uuid: UUID | None = None,
    ) -> Any:  # fmt: skip
        """Send a goal and wait for the result response; None where it was rejected."""
        handle = self._wait(
            self.send_goal_async(goal, feedback_callback=feedback_callback, goal_uuid=goal_uuid)
        )
        return self._get_result(handle) if handle.accepted else None

    def send_goal_async(
        self, goal: Any, feedback_callback: Callable[[Any], Any] | None = None,
        goal_uuid: UUID | None = None,
    ) -> Future:  # fmt: skip
        """Send a goal; the future has its :class:`ClientGoalHandle`.

        Raises:
            TypeError: The goal is of another type.
        """
        if not isinstance(goal, self._action_type.Goal):
            raise TypeError(f"Expected {self._action_type.Goal}, got {type(goal)}")
        request = self._action_type.Impl.SendGoalService.Request()
        request.goal_id = goal_uuid or UUID(uuid=list(os.urandom(16)))
        request.goal = goal
        key = bytes(request.goal_id.uuid)
        if feedback_callback is not None:
            self._feedback_callbacks[key] = feedback_callback
        future = Future()
        future._set_executor(self._node.executor)

        def answered(reply: Future) -> None:
            error = reply.exception()
            if error is not None:
                future.set_exception(error)
                return
            handle = ClientGoalHandle(self, request.goal_id, reply.result())
            if handle.accepted:
                # Its status may have come before the reply.
                handle._status = self._statuses.get(key, handle._status)
                self._goals[key] = handle
            else:
                self._feedback_callbacks.pop(key, None)
            future.set_result(handle)

        answered._rclpy_internal = True  # type: ignore[attr-defined]
        self._goal_client.call_async(request).add_done_callback(answered)
        return future

    def _cancel_goal(self, goal_handle: ClientGoalHandle) -> Any:
        return self._wait(self._cancel_goal_async(goal_handle))

    def _cancel_goal_async(self, goal_handle: ClientGoalHandle) -> Future:
        if not isinstance(goal_handle, ClientGoalHandle):
            raise TypeError(f"Expected type ClientGoalHandle but received {type(goal_handle)}")
        request = CancelGoal.Request()
        request.goal_info.goal_id = goal_handle.goal_id
        return self._cancel_client.call_async(request)

    def _get_result(self, goal_handle: ClientGoalHandle) -> Any:
        return self._wait(self._get_result_async(goal_handle))

    def _get_result_async(self, goal_handle: ClientGoalHandle) -> Future:
        if not isinstance(goal_handle, ClientGoalHandle):
            raise TypeError(f"Expected type ClientGoalHandle but received {type(goal_handle)}")
        request = self._action_type.Impl.GetResultService.Request()
        request.goal_id = goal_handle.goal_id
        future = self._result_client.call_async(request)

        def finished(reply: Future) -> None:
            if reply.exception() is None and reply.result() is not None:
                goal_handle._status = reply.result().status

        finished._rclpy_internal = True  # type: ignore[attr-defined]
        future.add_done_callback(finished)
        return future

    def server_is_ready(self) -> bool:
        """Whether a server is there with all its services and topics."""
        return (
            all(c.service_is_ready() for c in
                (self._goal_client, self._cancel_client, self._result_client))
            and self._feedback_sub.get_publisher_count() > 0
            and self._status_sub.get_publisher_count() > 0
        )  # fmt: skip

    def wait_for_server(self, timeout_sec: float | None = None) -> bool:
        """Wait for a server; returns whether there is one."""
        deadline = None if timeout_sec is None or timeout_sec < 0 else (
            time.monotonic() + timeout_sec)  # fmt: skip
        pause = 0.002
        while self._node.context.ok() and not self.server_is_ready():
            if deadline is not None and time.monotonic() >= deadline:
                return False
            time.sleep(pause)
            pause = min(pause * 1.5, 0.05)
        return self.server_is_ready()

    def destroy(self) -> None:
        """Destroy its services and topics."""
        for client in (self._goal_client, self._cancel_client, self._result_client):
            self._node.destroy_client(client)
        for subscription in (self._feedback_sub, self._status_sub):
            self._node.destroy_subscription(subscription)
