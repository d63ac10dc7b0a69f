"""Service clients."""

from __future__ import annotations

import threading
import time
from typing import Any

from embedded_ros2 import cdr
from rclpy.impl import fast_dds
from rclpy.impl.endpoints import Reader, Writer
from rclpy.impl.service_endpoint import ServiceEndpoint, client_guid
from rclpy.logging import get_logger
from rclpy.qos import QoSProfile
from rclpy.task import Future


class Client(ServiceEndpoint):
    """Calls one service; made by ``Node.create_client``."""

    def __init__(
        self,
        context: Any,
        participant: Any,
        srv_type: Any,
        srv_name: str,
        qos_profile: QoSProfile,
        callback_group: Any,
    ) -> None:
        super().__init__(srv_type, srv_name, qos_profile, callback_group)
        self.context = context
        self._pending_requests: dict[int, Future] = {}
        self._sequence = 0
        self._lock = threading.Lock()
        self._guid, guid_tag = client_guid()
        identity = f"clientid= {guid_tag};"
        self._reader = self._open_replies(Reader, participant, identity)
        self._writer = self._open_requests(Writer, participant, identity)
        self._condition = self._reader.condition

    def call(self, request: Any, timeout_sec: float | None = None) -> Any:
        """Call the service and wait; the node must be spun by another thread.

        Returns:
            The response, or None where none came within ``timeout_sec``.

        Raises:
            TypeError: The request is of another type.
            ExternalShutdownException: The context was shut down before the response came.
        """
        self._check_type(request)
        done = threading.Event()
        future = self.call_async(request)

        def wake(_: Future) -> None:
            done.set()

        wake._rclpy_internal = True  # type: ignore[attr-defined]
        future.add_done_callback(wake)
        try:
            self.context._wait_for(done, timeout_sec)
        finally:
            self.remove_pending_request(future)
        return future.result()

    def _check_type(self, request: Any) -> None:
        if not isinstance(request, self.srv_type.Request):
            raise TypeError(f"Expected {self.srv_type.Request}, got {type(request)}")

    def call_async(self, request: Any) -> Future:
        """Call the service; the future has the response, or a RuntimeError where none can come.

        Raises:
            TypeError: The request is of another type.
        """
        self._check_type(request)
        self._check_alive()
        future = Future()
        if fast_dds.is_served_by(self._writer):
            sentence = fast_dds.server_sentence(self._full_name)
            get_logger("rclpy").error(sentence)
            future.set_exception(RuntimeError(sentence))
            return future
        with self._lock:
            self._sequence += 1
            sequence = self._sequence
            payload = cdr.serialize_service(
                request, f"{self._type_name}_Request", self._guid, sequence
            )
            self._pending_requests[sequence] = future
        self._writer.write(payload)
        return future

    def get_pending_request(self, sequence_number: int) -> Future:
        """Future of a request.

        Raises:
            KeyError: It is not pending.
        """
        with self._lock:
            return self._pending_requests[sequence_number]

    def remove_pending_request(self, future: Future) -> None:
        """Forget a request; its reply will be ignored."""
        with self._lock:
            for sequence, pending in list(self._pending_requests.items()):
                if pending is future:
                    del self._pending_requests[sequence]

    def _begin(self, executor: Any) -> None:
        reply = self._take()
        if reply is not None:
            future, response = reply
            future._set_executor(executor)
            future.set_result(response)

    def _take(self) -> tuple[Future, Any] | None:
        """Next reply to a pending request of ours."""
        while (taken := self._take_payload("Response")) is not None:
            response, guid, sequence, _ = taken
            if guid != self._guid:
                continue  # A reply to another client of the same service.
            with self._lock:
                future = self._pending_requests.pop(sequence, None)
            if future is not None and future._pending():
                return future, response
        return None

    def service_is_ready(self) -> bool:
        """Whether a server is there, reachable in both directions."""
        self._check_alive()
        return self._writer.matched() > 0 and self._reader.matched() > 0

    def wait_for_service(self, timeout_sec: float | None = None) -> bool:
        """Wait for a server; returns whether there is one."""
        deadline = None if timeout_sec is None or timeout_sec < 0 else (
            time.monotonic() + timeout_sec)  # fmt: skip
        pause = 0.002
        while self.context.ok() and not self.service_is_ready():
            if deadline is not None and time.monotonic() >= deadline:
                break
            left = pause if deadline is None else max(deadline - time.monotonic(), 0.0)
            time.sleep(min(pause, left))
            pause = min(pause * 1.5, 0.05)
        return self.service_is_ready()

    def destroy(self) -> None:
        """Stop; prefer ``Node.destroy_client``."""
        if self._destroyed:
            return
        super().destroy()
        for future in list(self._pending_requests.values()):
            future.cancel()
        self._pending_requests.clear()
