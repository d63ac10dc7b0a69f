"""Wait for one message."""

from __future__ import annotations

from typing import Any

from rclpy.executors import SingleThreadedExecutor
from rclpy.qos import QoSProfile
from rclpy.task import Future


def wait_for_message(
    msg_type: Any,
    node: Any,
    topic: str,
    *,
    qos_profile: QoSProfile | int = 1,
    time_to_wait: float | int = -1,
) -> tuple[bool, Any]:
    """Wait for the next message of a topic.

    Args:
        msg_type: Its class.
        node: Node to subscribe with.
        topic: The topic.
        qos_profile: QoS of the subscription.
        time_to_wait: Seconds; negative waits for ever.

    Returns:
        (True, message), or (False, None) after the time-out.
    """
    future: Future = Future()

    def take(message: Any) -> None:
        if not future.done():
            future.set_result(message)

    subscription = node.create_subscription(msg_type, topic, take, qos_profile)
    previous = node.executor
    executor = SingleThreadedExecutor(context=node.context)
    try:
        executor.add_node(node)
        executor.spin_until_future_complete(
            future, None if time_to_wait < 0 else float(time_to_wait)
        )
        return (True, future.result()) if future.done() else (False, None)
    finally:
        node.destroy_subscription(subscription)
        executor.remove_node(node)
        executor.shutdown()
        node.executor = previous
