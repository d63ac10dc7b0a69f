"""Action servers."""

from __future__ import annotations

import inspect
import threading
import time
import traceback
from collections.abc import Callable
from enum import Enum
from typing import Any

from action_msgs.msg import GoalInfo, GoalStatus
from action_msgs.srv import CancelGoal

from rclpy.action.client import check_action_type
from rclpy.action.goal_handle import GoalEvent, ServerGoalHandle
from rclpy.qos import (
    QoSProfile,
    qos_profile_action_status_default,
    qos_profile_services_default,
)
from rclpy.service import AnswerLater
from rclpy.task import Future


class GoalResponse(Enum):
    """Answer of a goal callback."""

    REJECT = 1
    ACCEPT = 2


class CancelResponse(Enum):
    """Answer of a cancel callback."""

    REJECT = 1
    ACCEPT = 2


def default_goal_callback(goal_request: Any) -> GoalResponse:
    """Accept every goal."""
    return GoalResponse.ACCEPT


def default_handle_accepted_callback(goal_handle: ServerGoalHandle) -> None:
    """Execute every accepted goal at once."""
    goal_handle.execute()


def default_cancel_callback(cancel_request: Any) -> CancelResponse:
    """Refuse every cancel request."""
    return CancelResponse.REJECT


async def _call(callback: Callable[..., Any], *args: Any) -> Any:
    outcome = callback(*args)
    return await outcome if inspect.isawaitable(outcome) else outcome


class ActionServer:
    """Executes the goals of one action."""

    def __init__(
        self,
        node: Any,
        action_type: Any,
        action_name: str,
        execute_callback: Callable[[ServerGoalHandle], Any],
        *,
        callback_group: Any = None,
        goal_callback: Callable[[Any], Any] = default_goal_callback,
        handle_accepted_callback: Callable[..., Any] = default_handle_accepted_callback,
        cancel_callback: Callable[[Any], Any] = default_cancel_callback,
        goal_service_qos_profile: QoSProfile = qos_profile_services_default,
        result_service_qos_profile: QoSProfile = qos_profile_services_default,
        cancel_service_qos_profile: QoSProfile = qos_profile_services_default,
        feedback_pub_qos_profile: QoSProfile = QoSProfile(depth=10),  # noqa: B008
        status_pub_qos_profile: QoSProfile = qos_profile_action_status_default,
        result_timeout: int = 10,
    ) -> None:
        """Offer an action.

        Args:
            node: Node that serves the callbacks.
            action_type: Action class.
            action_name: Name.
            execute_callback: Gets a ServerGoalHandle, returns a Result (may be a coroutine).
            callback_group: Group of its services.
            goal_callback: Accepts or rejects a goal.
            handle_accepted_callback: Gets the handle of an accepted goal.
            cancel_callback: Accepts or rejects a cancel request.
            goal_service_qos_profile: QoS.
            result_service_qos_profile: QoS.
            cancel_service_qos_profile: QoS.
            feedback_pub_qos_profile: QoS.
            status_pub_qos_profile: QoS.
            result_timeout: Seconds a finished goal's result is kept.
        """
        check_action_type(action_type)
        self._node = node
        self._lock = threading.RLock()
        self._action_type = action_type
        self._action_name = action_name
        self._result_timeout = result_timeout
        self._goals: dict[bytes, ServerGoalHandle] = {}
        self._results: dict[bytes, Future] = {}
        self.register_execute_callback(execute_callback)
        self.register_goal_callback(goal_callback)
        self.register_handle_accepted_callback(handle_accepted_callback)
        self.register_cancel_callback(cancel_callback)
        group = callback_group or node.default_callback_group
        impl, prefix = action_type.Impl, f"{action_name}/_action"
        self._services = [
            node.create_service(
                kind, f"{prefix}/{name}", callback, qos_profile=qos, callback_group=group
            )
            for kind, name, callback, qos in (
                (impl.SendGoalService, "send_goal", self._on_goal, goal_service_qos_profile),
                (CancelGoal, "cancel_goal", self._on_cancel, cancel_service_qos_profile),
                (impl.GetResultService, "get_result", self._on_result,
                 result_service_qos_profile),
            )
        ]  # fmt: skip
        self._feedback_pub = node.create_publisher(
            impl.FeedbackMessage, f"{prefix}/feedback", feedback_pub_qos_profile
        )
        self._status_pub = node.create_publisher(
            impl.GoalStatusMessage, f"{prefix}/status", status_pub_qos_profile
        )

    # Callbacks

    def register_handle_accepted_callback(self, callback: Callable[..., Any] | None) -> None:
        """Replace the callback for accepted goals."""
        self._handle_accepted_callback = callback or default_handle_accepted_callback

    def register_goal_callback(self, callback: Callable[..., Any] | None) -> None:
        """Replace the callback that accepts goals."""
        self._goal_callback = callback or default_goal_callback

    def register_cancel_callback(self, callback: Callable[..., Any] | None) -> None:
        """Replace the callback that accepts cancel requests."""
        self._cancel_callback = callback or default_cancel_callback

    def register_execute_callback(self, callback: Callable[..., Any]) -> None:
        """Replace the callback that executes goals."""
        if not callable(callback):
            raise TypeError("Failed to register goal execution callback: not callable")
        self._execute_callback = callback

    # Services

    async def _on_goal(self, request: Any, response: Any) -> Any:
        key = bytes(request.goal_id.uuid)
        if key in self._goals:
            self._node.get_logger().debug(f"New goal request with existing ID: {list(key)}")
            return response
        try:
            answer = await _call(self._goal_callback, request.goal)
        except Exception as error:
            self._node.get_logger().error(f"Error raised in goal callback: {error}")
            return response
        if answer is not GoalResponse.ACCEPT:
            return response
        stamp = self._node.get_clock().now().to_msg()
        handle = ServerGoalHandle(self, GoalInfo(goal_id=request.goal_id, stamp=stamp),
                                  request.goal)  # fmt: skip
        with self._lock:
            self._forget_old()
            self._goals[key] = handle
            self._results[key] = Future(executor=self._node.executor)
        response.accepted, response.stamp = True, stamp
        self._publish_status()
        # After the reply: the client must know of the goal before its feedback comes.
        self._node.executor.create_task(_call, self._handle_accepted_callback, handle)
        return response

    async def _on_cancel(self, request: Any, response: Any) -> Any:
        wanted = bytes(request.goal_info.goal_id.uuid)
        stamp = request.goal_info.stamp
        limit = stamp.sec * 10**9 + stamp.nanosec
        with self._lock:
            handles = list(self._goals.items())
        if any(wanted) and wanted not in self._goals:
            response.return_code = CancelGoal.Response.ERROR_UNKNOWN_GOAL_ID
            return response
        if any(wanted) and not limit and not self._goals[wanted].is_active:
            response.return_code = CancelGoal.Response.ERROR_GOAL_TERMINATED
            return response
        for key, handle in handles:
            accepted_at = handle._info.stamp.sec * 10**9 + handle._info.stamp.nanosec
            everything = not any(wanted) and not limit
            if not (everything or key == wanted or (limit and accepted_at <= limit)):
                continue
            if handle.is_active and (
                await _call(self._cancel_callback, handle) is CancelResponse.ACCEPT
            ):
                try:
                    handle._update(GoalEvent.CANCEL_GOAL)
                except RuntimeError:
                    continue  # It ended while the callback thought.
                response.goals_canceling.append(handle._info)
        # As rclpy: where all are refused, the list is empty and the code stays ERROR_NONE.
        return response

    def _on_result(self, request: Any, response: Any) -> Any:
        future = self._results.get(bytes(request.goal_id.uuid))
        if future is None:
            self._node.get_logger().debug("Sending result response for unknown goal ID")
            response.status = GoalStatus.STATUS_UNKNOWN
            return response
        # A goal may last: who waits for its result must not keep other callbacks waiting.
        return AnswerLater(future)

    # Goals

    def notify_execute(
        self, goal_handle: ServerGoalHandle, execute_callback: Callable[..., Any] | None
    ) -> None:
        """Execute a goal in the executor."""
        callback = execute_callback or self._execute_callback
        self._node.executor.create_task(self._run_goal, callback, goal_handle)

    async def _run_goal(self, callback: Callable[..., Any], handle: ServerGoalHandle) -> None:
        result = None
        try:
            result = await _call(callback, handle)
        except Exception:
            self._node.get_logger().error(
                f"Error raised in execute callback:\n{traceback.format_exc()}"
            )
        if handle.is_active:
            self._node.get_logger().warning(
                f"Goal state not set, assuming aborted. Goal ID: {list(handle.goal_id.uuid)}"
            )
            if handle.status == GoalStatus.STATUS_ACCEPTED:
                handle._update(GoalEvent.EXECUTE)
            handle.abort()
        self._finish(handle, result or self._action_type.Result())

    def _finish(self, handle: ServerGoalHandle, result: Any) -> None:
        response = self._action_type.Impl.GetResultService.Response(
            status=handle.status, result=result
        )
        handle._finished_at = time.monotonic()
        future = self._results.get(bytes(handle.goal_id.uuid))
        if future is not None:
            future.set_result(response)

    def _forget_old(self) -> None:
        now = time.monotonic()
        for key, handle in list(self._goals.items()):
            done = handle._finished_at
            if done is not None and now - done > self._result_timeout:
                del self._goals[key], self._results[key]

    def _publish_status(self) -> None:
        with self._lock:
            statuses = [
                GoalStatus(goal_info=handle._info, status=handle.status)
                for handle in self._goals.values()
            ]
        message = self._action_type.Impl.GoalStatusMessage(status_list=statuses)
        if self._node.context.ok():
            self._status_pub.publish(message)

    def destroy(self) -> None:
        """Destroy its services and topics."""
        for service in self._services:
            self._node.destroy_service(service)
        for publisher in (self._feedback_pub, self._status_pub):
            self._node.destroy_publisher(publisher)
