"""Service servers."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from types import CoroutineType
from typing import Any

from embedded_ros2 import cdr
from rclpy.impl import fast_dds
from rclpy.impl.endpoints import Reader, Writer
from rclpy.impl.service_endpoint import ServiceEndpoint, client_guid
from rclpy.qos import QoSProfile
from rclpy.task import Future

_CLIENT_ID = re.compile(rb"clientid=([^;]*);")
_LONGEST_WAIT_S = 1.0


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
        if not self._destroyed:
            self._wait_for_client(publication)
            self._writer.write(
                cdr.serialize_service(response, f"{self._type_name}_Response", client, sequence)
            )

    def _wait_for_client(self, publication: int) -> None:
        """Let discovery reach the client's reader, or the first reply would be lost."""
        if publication in self._reachable:
            return
        match = _CLIENT_ID.search(self._reader.writer_user_data(publication))
        deadline = time.monotonic() + _LONGEST_WAIT_S
        while time.monotonic() < deadline:
            found = [_CLIENT_ID.search(data) for data in self._writer.reader_user_data()]
            # A client that gives no id cannot be told from others; any reader will do.
            if any(one is None or match is None or one[1] == match[1] for one in found):
                break
            time.sleep(0.002)
        _remember(self._reachable, publication)


def _remember(publications: set[int], publication: int) -> None:
    if len(publications) > 1000:
        publications.clear()
    publications.add(publication)
