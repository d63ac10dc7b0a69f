"""Recovery of a robot after a reflex, through the action that its guard knows."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from afil_core.errors import AfilError
from afil_policy.deploy.connections import Ros
from afil_policy.deploy.guards.base import Guard

_DISCOVERY_S = 1.0
_SUCCEEDED = 4  # Of action_msgs/GoalStatus.


def recover(
    node: Any, ros: Ros, guards: Iterable[Guard], done: Callable[[str | None], None]
) -> None:
    """Send the recovery goals of all guards that know one.

    Args:
        node: The node.
        ros: rclpy's parts.
        guards: The guards.
        done: Is told what went wrong, or None, once for each goal.

    Raises:
        AfilError: When no guard knows a recovery, or nobody serves it.
    """
    found = [guard.recovery for guard in guards if guard.recovery is not None]
    if not found:
        raise AfilError("no guard that is on knows a way to recover; call ~/reset")
    for name, type_ in found:
        kind = ros.action(type_)
        client = ros.action_client(node, kind, name)
        if not client.wait_for_server(timeout_sec=_DISCOVERY_S):
            client.destroy()
            raise AfilError(f"action {name} has no server; start the robot's driver")

        def ended(outcome: Any, name: str = name, client: Any = client) -> None:
            client.destroy()
            status = outcome.result().status
            done(None if status == _SUCCEEDED else f"action {name} did not recover the robot")

        def answered(
            reply: Any,
            name: str = name,
            client: Any = client,
            then: Callable[..., None] = ended,
        ) -> None:
            handle = reply.result()
            if handle is None or not handle.accepted:
                client.destroy()
                done(f"action {name} refused to recover the robot")
            else:
                handle.get_result_async().add_done_callback(then)

        client.send_goal_async(kind.Goal()).add_done_callback(answered)
