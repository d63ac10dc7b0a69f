"""A node of the test's own among the processes, in a thread and a context of its own."""

from __future__ import annotations

import threading
import time
from typing import Any

import rclpy
from rclpy.client import Client
from rclpy.context import Context
from rclpy.executors import SingleThreadedExecutor
from std_srvs.srv import Trigger


class Peer:
    """A node that is spun until it is closed; the domain is that of ``os.environ``.

    Args:
        name: The node's name.

    Attributes:
        node: The node; what is made of it is called in the peer's thread.
    """

    def __init__(self, name: str) -> None:
        self._context = Context()
        rclpy.init(context=self._context)
        self.node = rclpy.create_node(name, context=self._context)
        self._turns = SingleThreadedExecutor(context=self._context)
        self._turns.add_node(self.node)
        self._over = threading.Event()
        self._clients: dict[str, Client] = {}
        self._thread = threading.Thread(target=self._spin, daemon=True)
        self._thread.start()

    def ask(self, service: str, until: str = "") -> str:
        """Call a Trigger service until it answers with a text; its answer."""
        # A new one each time may not be known yet to a server that answers at once.
        if service not in self._clients:
            self._clients[service] = self.node.create_client(Trigger, service)
        client = self._clients[service]
        deadline = time.monotonic() + 60
        while True:
            answer: Any = None
            if client.wait_for_service(timeout_sec=5.0):
                future = client.call_async(Trigger.Request())
                patience = time.monotonic() + 10
                while not future.done() and time.monotonic() < patience:
                    time.sleep(0.02)
                answer = future.result()
            if answer is not None and until in answer.message:
                return str(answer.message)
            assert time.monotonic() < deadline, answer
            time.sleep(0.3)

    def close(self) -> None:
        """Leave the graph."""
        self._over.set()
        self._thread.join()
        self.node.destroy_node()
        rclpy.shutdown(context=self._context)

    def _spin(self) -> None:
        while not self._over.is_set():
            self._turns.spin_once(timeout_sec=0.1)
