"""What clients and servers of services have in common, on the wire as rmw_cyclonedds_cpp."""

from __future__ import annotations

import os
import struct
from typing import Any, TypeVar

from embedded_ros2 import cdr
from embedded_ros2.type_hash import service_hash
from rclpy.impl.endpoints import Reader, Writer, dds_qos
from rclpy.impl.entity import Entity, check_service_type
from rclpy.logging import get_logger
from rclpy.qos import QoSProfile

_End = TypeVar("_End", Reader, Writer)


def client_guid() -> tuple[int, str]:
    """A fresh client id as the header's integer, and as the dotted text of USER_DATA."""
    raw = os.urandom(16)
    # The header carries the first eight of the sixteen octets.
    return struct.unpack_from("<Q", raw)[0], ".".join(f"{octet:x}" for octet in raw)


class ServiceEndpoint(Entity):
    """One side of a service: a topic of requests and one of replies.

    Raises:
        NoTypeSupportImportedException: ``srv_type`` is no service class.
    """

    _reader: Reader
    _writer: Writer

    def __init__(
        self, srv_type: Any, srv_name: str, qos_profile: QoSProfile, callback_group: Any
    ) -> None:
        super().__init__(callback_group)
        self.srv_type = srv_type
        self.srv_name = srv_name
        self._full_name = srv_name
        self.qos_profile = qos_profile
        self._type_name = check_service_type(srv_type)

    def _open_requests(self, end: type[_End], participant: Any, identity: str) -> _End:
        return self._open(end, participant, identity, f"rq{self._full_name}Request", "Request")

    def _open_replies(self, end: type[_End], participant: Any, identity: str) -> _End:
        return self._open(end, participant, identity, f"rr{self._full_name}Reply", "Response")

    def _open(
        self, end: type[_End], participant: Any, identity: str, topic: str, part: str
    ) -> _End:
        """Make a DDS reader or writer; ``identity`` is who has it, as a USER_DATA pair."""
        tag = f"{identity}typehash={service_hash(self._type_name)};"
        qos = dds_qos(self.qos_profile, end is Writer, tag)
        return end(participant, topic, f"{self._type_name}_{part}", qos, service_header=True)

    def _is_understood(self, publication: int) -> bool:
        """Whether what a writer sends can be read at all."""
        return True

    def _take_payload(self, part: str) -> tuple[Any, int, int, int] | None:
        """Next message that can be read: it, its client, its sequence number, who wrote it."""
        while not self._destroyed:
            sample = self._reader.take()
            if sample is None:
                return None
            if not self._is_understood(sample[2]):
                continue
            try:
                message, client, sequence = cdr.deserialize_service(
                    sample[0], f"{self._type_name}_{part}"
                )
            except cdr.MalformedCdrError as error:
                get_logger("rclpy").error(
                    f"dropped a malformed {part.lower()} of the service {self._full_name}: {error}"
                )
                continue
            return message, client, sequence, sample[2]
        return None

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
        """Leave the service; prefer the node's ``destroy_client`` or ``destroy_service``."""
        if self._destroyed:
            return
        super().destroy()
        self._reader.close()
        self._writer.close()
