"""Service servers."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from types import CoroutineType
from typing import Any

from embedded_ros2.type_hash import service_hash

from embedded_ros2 import cdr
from rclpy.impl.endpoints import Reader, Writer
from rclpy.impl.entity import Entity, check_service_type
from rclpy.impl.service_wire import client_guid, endpoint_qos
from rclpy.logging import get_logger
from rclpy.qos import QoSProfile

_CLIENT_ID = re.compile(rb"clientid=([^;]*);")
_LONGEST_WAIT_S = 1.0


class Service(Entity):
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
        super().__init__(callback_group)
        self.srv_type = srv_type
        self.srv_name = srv_name
        self._full_name = srv_name
        self.callback = callback
        self.qos_profile = qos_profile
        self._type_name = check_service_type(srv_type)
        tag = f"serviceid= {client_guid()[1]};typehash={service_hash(self._type_name)};"
        request, reply = f"{self._type_name}_Request", f"{self._type_name}_Response"
        self._writer = Writer(
            participant, f"rr{srv_name}Reply", reply, endpoint_qos(qos_profile, True, tag), True
        )
        self._reader = Reader(
            participant, f"rq{srv_name}Request", request,
            endpoint_qos(qos_profile, False, tag), True,
        )  # fmt: skip
        self._condition = self._reader.condition
        self._reachable: set[int] = set()

    def _take(self) -> tuple[Any, tuple[int, int, int]] | None:
        """Next request and the header that its reply must repeat."""
        while not self._destroyed:
            sample = self._reader.take()
            if sample is None:
                return None
            try:
                request, client, sequence = cdr.deserialize_service(
                    sample[0], f"{self._type_name}_Request"
                )
            except cdr.MalformedCdrError as error:
                get_logger("rclpy").error(
                    f"dropped a malformed request to the service {self._full_name}: {error}"
                )
                continue
            return request, (client, sequence, sample[1].publication_handle)
        return None

    def _begin(self, executor: Any) -> Any:
        taken = self._take()
        if taken is None:
            return None
        request, header = taken
        outcome = self.callback(request, self.srv_type.Response())
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
        if len(self._reachable) > 1000:
            self._reachable.clear()
        self._reachable.add(publication)

    @property
    def service_name(self) -> str:
        """Full service name."""
        return self._full_name

    def configure_introspection(self, *args: Any, **kwargs: Any) -> None:
        """Not here."""
        raise NotImplementedError(
            "embedded_ros2 has no service introspection; use a ROS 2 installation"
        )

    def destroy(self) -> None:
        """Stop answering; prefer ``Node.destroy_service``."""
        if self._destroyed:
            return
        super().destroy()
        self._reader.close()
        self._writer.close()
