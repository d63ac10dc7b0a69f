"""What a policy node says of itself: status, latency and diagnostics."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from afil_policy.deploy import diagnostics, latency, status
from afil_policy.deploy.connections import Ros
from afil_policy.deploy.presence import Identity

if TYPE_CHECKING:
    from afil_policy.deploy.deployment import Deployment

_DEPTH = 10
_PAUSE_S = 1.0  # From one reason in the log to the next.


class Announcer:
    """Publishes a node's state on ``~/status`` and ``~/latency``.

    Args:
        node: The node.
        ros: rclpy's parts.
        wall_s: Steady clock, seconds.

    Attributes:
        own: The node's process.
        holds_name: Whether no other node of its name may load.
    """

    def __init__(
        self, node: Any, ros: Ros, *, wall_s: Callable[[], float] = time.monotonic
    ) -> None:
        self._node, self._wall_s = node, wall_s
        self.own, self.holds_name = Identity(), False
        self._status = node.create_publisher(ros.message(status.TYPE), "~/status", _DEPTH)
        self._latency = node.create_publisher(ros.message(latency.TYPE), "~/latency", _DEPTH)
        self._said: str | None = None
        self._said_s = -_PAUSE_S
        self._was_well = True

    def publish(
        self, now_ns: int, state: str, failure: str | None, deployment: Deployment | None
    ) -> None:
        """Publish the present state.

        Args:
            now_ns: The node's clock.
            state: Label of the lifecycle state.
            failure: What the last transition failed of.
            deployment: What is deployed, if anything is.
        """
        loop = None if deployment is None else deployment.status
        shadow = deployment is not None and deployment.is_shadow
        level, problem = diagnostics.judge(state, failure, loop, shadow=shadow)
        self._status.publish(
            status.encode_status(
                now_ns,
                own=self.own,
                holds_name=self.holds_name,
                state=state,
                checkpoint="" if deployment is None else str(deployment.folder),
                problem="" if level == "OK" else problem,
                status=loop,
            )
        )
        if deployment is None:
            return
        self._latency.publish(deployment.controller.encode_latency(now_ns))
        if deployment.agreement is not None and (sentence := deployment.agreement.sentence()):
            self._node.get_logger().info(sentence)

    def claim(self) -> None:
        """Tell others of the node's name that it is there, before it is configured."""
        self.publish(int(self._node.get_clock().now().nanoseconds), "unconfigured", None, None)

    def diagnose(
        self, entry: Any, levels: Any, state: str, failure: str | None, deployed: Deployment | None
    ) -> Any:
        """Fill an entry of ``/diagnostics``.

        Args:
            entry: ``diagnostic_updater``'s.
            levels: ``diagnostic_msgs.msg.DiagnosticStatus``.
            state: Label of the lifecycle state.
            failure: What the last transition failed of.
            deployed: What is deployed, if anything is.
        """
        loop = None if deployed is None else deployed.status
        folder = "" if deployed is None else str(deployed.folder)
        shadow = deployed is not None and deployed.is_shadow
        level, problem = diagnostics.judge(state, failure, loop, shadow=shadow)
        entry.summary(getattr(levels, level), problem)
        facts = diagnostics.values(state, folder, loop)
        for key, value in (facts | ({} if deployed is None else deployed.safeguards)).items():
            entry.add(key, value)
        return entry

    def problem_changed(self, deployment: Deployment | None) -> bool:
        """Log a new reason for which nothing is commanded; whether there is one or none now."""
        problem = None if deployment is None else deployment.problem
        now_s = self._wall_s()
        if problem is None:
            self._said = None
        # One that comes too soon is said later, if it is still true: it may be the one that stays.
        elif problem != self._said and now_s - self._said_s >= _PAUSE_S:
            self._node.get_logger().warning(f"no command: {problem}")
            self._said, self._said_s = problem, now_s
        is_well = problem is None
        changed, self._was_well = is_well != self._was_well, is_well
        return changed
