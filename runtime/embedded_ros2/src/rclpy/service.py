"""Service servers."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from types import CoroutineType
from typing import Any

from embedded_ros2 import cdr
from rclpy.impl import fast_dds
from rclpy.impl.endpoints import Reader, Writer
from rclpy.impl.service_endpoint import ServiceEndpoint, client_guid
from rclpy.logging import get_logger
from rclpy.qos import QoSProfile
from rclpy.task import Future

_CLIENT_ID = re.compile(rb"clientid=([^;]*);")
# A reply that is sent before its client's reader is discovered is lost. The executor is kept
# waiting no longer than this, and then a thread waits on; on a busy machine it may take seconds.
_LONGEST_WAIT_S = 1.0
_PATIENCE_S = 30.0


class AnswerLater:
    """What a callback returns whose answer comes with a future; its callback group is free."""

    def __init__(self, future: Future) -> None:
        self.future = future


class Service(ServiceEndpoint):
    """Answers requests; made by ``Node.create_service``."""

    def __init__(
        self,
        participant: Any,
        srv_type: Any,
        srv_name: str,
        callback: Callable[[Any, Any], Any],
        callback_group: Any,
        qos_profile: QoSProfile,
    ) -> None:
        super().__init__(srv_type, srv_name, qos_profile, callback_group)
        self.callback = callback
        identity = f"serviceid= {client_guid()[1]};"
        self._writer = self._open_replies(Writer, participant, identity)
        self._reader = self._open_requests(Reader, participant, identity)
        self._condition = self._reader.condition
        self._reachable: set[int] = set()
        self._understood: set[int] = set()

    def _is_understood(self, publication: int) -> bool:
        """Whether a request has the header that tells who asks; Fast DDS sends none."""
        if publication not in self._understood:
            if fast_dds.is_asked_by(self._reader, publication):
                return False
            _remember(self._understood, publication)
        return True

    def _begin(self, executor: Any) -> Any:
        taken = self._take_payload("Request")
        if taken is None:
            return None
        request, client, sequence, publication = taken
        header = client, sequence, publication
        outcome = self.callback(request, self.srv_type.Response())
        if isinstance(outcome, AnswerLater):
            outcome.future.add_done_callback(
                lambda done: self.send_response(done.result(), header)
            )
            return None
        if isinstance(outcome, CoroutineType):
            return self._finish_later(outcome, header)
        self.send_response(outcome, header)
        return None

    async def _finish_later(self, outcome: Any, header: tuple[int, int, int]) -> None:
        self.send_response(await outcome, header)

    def send_response(self, response: Any, header: tuple[int, int, int]) -> None:
        """Answer a request.

        Raises:
            TypeError: The response is of another type.
        """
        if not isinstance(response, self.srv_type.Response):
            raise TypeError(
                f"The callback of the service {self._full_name} must return a "
                f"{self.srv_type.__name__}.Response, it returned {type(response).__name__}"
            )
        client, sequence, publication = header
        if self._destroyed:
            return
        reply = cdr.serialize_service(response, f"{self._type_name}_Response", client, sequence)
        if self._finds_client(publication, _LONGEST_WAIT_S, 0.002):
            self._writer.write(reply)
            return
        threading.Thread(target=self._send_late, args=(reply, publication), daemon=True).start()

    def _send_late(self, reply: bytes, publication: int) -> None:
        found = self._finds_client(publication, _PATIENCE_S, 0.02)
        if self._destroyed:
            return
        if not found:
            get_logger("rclpy").warning(
                f"an answer of the service {self._full_name} may be lost: its client's reader "
                f"was not discovered within {_PATIENCE_S:g} s"
            )
        self._writer.write(reply)

    def _finds_client(self, publication: int, within_s: float, pause_s: float) -> bool:
        """Let discovery reach the reader of who wrote a request; whether it did."""
        if publication in self._reachable:
            return True
        deadline = time.monotonic() + within_s
        while not self._destroyed:
            asking = self._reader.writer_user_data(publication)
            if asking is None:
                return True  # It is gone, and nobody waits for an answer.
            match = _CLIENT_ID.search(asking)
            found = [_CLIENT_ID.search(data) for data in self._writer.reader_user_data()]
            # A client that gives no id cannot be told from others; any reader will do.
            if any(one is None or match is None or one[1] == match[1] for one in found):
                _remember(self._reachable, publication)
                return True
            if time.monotonic() >= deadline:
                return False
            time.sleep(pause_s)
        return False


def _remember(publications: set[int], publication: int) -> None:
    if len(publications) > 1000:
        publications.clear()
    publications.add(publication)
