"""Calling a service from a command."""

from typing import Any

from .direct_node import patience_s
from .errors import CommandError


def call(
    node: Any, service_type: Any, name: str, request: Any, timeout: float | None = None
) -> Any:
    """Return the answer of a service.

    Args:
        node: the node to call with.
        service_type: class of the service.
        name: its name.
        request: the request.
        timeout: seconds to wait for the answer; None for no limit.

    Raises:
        CommandError: the service does not appear, or does not answer in time.
    """
    import rclpy

    client = node.create_client(service_type, name)
    try:
        if not client.wait_for_service(timeout_sec=patience_s()):
            raise CommandError(f"Wait for service timed out: nobody offers '{name}'")
        future = client.call_async(request)
        rclpy.spin_until_future_complete(node, future, timeout_sec=timeout)
        if not future.done():
            raise CommandError(f"service '{name}' did not answer within {timeout:g} s")
        if future.exception() is not None:
            raise CommandError(f"Exception while calling service '{name}': {future.exception()}")
        return future.result()
    finally:
        node.destroy_client(client)
