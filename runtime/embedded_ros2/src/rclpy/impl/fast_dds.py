"""What does not work with Fast DDS, the default middleware of ROS 2: it is noticed, and said.

Fast DDS carries the id of a service's request in inline QoS, where rmw_cyclonedds_cpp and this
runtime have a header before the request: neither understands the other, though both find the
service. Topics work; but a subscription loses what comes faster than its thread empties the
receive buffer, 208 KiB unless told otherwise, and only a reliable one gets that again.
"""

from __future__ import annotations

import time

from rclpy.impl.endpoints import Reader, Writer
from rclpy.logging import get_logger

# The GUID of a participant and of its endpoints begins with the id of the vendor.
_VENDOR = b"\x01\x0f"
# A client matches a moment after its node has announced it.
_MATCHED_WITHIN_S = 10.0
_LOOK_AGAIN_NS = 100_000_000
# Some are matched without an announcement that reaches us in time.
_LOOK_ANYWAY_NS = 500_000_000
# Above this, one message may be more than the receive buffer has room for.
LARGE_BYTES = 150_000
REMEDY = "set RMW_IMPLEMENTATION=rmw_cyclonedds_cpp there"


def is_fast_dds(gid: bytes) -> bool:
    """Whether an endpoint is one of Fast DDS."""
    return gid.startswith(_VENDOR)


def is_served_by(writer: Writer) -> bool:
    """Whether all who hear the requests of a client are of Fast DDS, and there is one."""
    servers = writer.readers()
    return bool(servers) and all(is_fast_dds(server.gid) for server in servers)


def is_asked_by(reader: Reader, publication: int) -> bool:
    """Whether a request to a server of ours came from Fast DDS."""
    client = reader.writer(publication)
    return client is not None and is_fast_dds(client.gid)


def loses_large_messages(writer: Writer) -> bool:
    """Whether a best-effort subscription of Fast DDS hears a writer."""
    return any(
        is_fast_dds(reader.gid) and not (writer.is_reliable and reader.is_reliable)
        for reader in writer.readers()
    )


def server_sentence(name: str) -> str:
    """Why a call of ours cannot be answered."""
    return f"service {name} is offered by Fast DDS, which cannot answer this runtime: {REMEDY}"


def subscription_sentence(topic: str, size: int) -> str:
    """Why messages get lost, and what helps."""
    return (
        f"a best-effort subscription of Fast DDS hears {topic}: messages of {size // 1000} kB "
        f"get lost in its receive buffer. Make it reliable, or {REMEDY}, or "
        "FASTDDS_BUILTIN_TRANSPORTS='UDPv4?sockets_size=4MB' and "
        "ROS_AUTOMATIC_DISCOVERY_RANGE=SUBNET"
    )


class ClientWatch:
    """Says once for each client of Fast DDS that a service of ours cannot answer it.

    Its requests are dropped before they are samples, so its match is what is noticed.
    """

    def __init__(self) -> None:
        self._requests: dict[bytes, Reader] = {}
        self._said: set[tuple[bytes, bytes]] = set()
        self._until_s = 0.0

    def add(self, reader: Reader) -> None:
        """Watch a reader, if it is that of a service's requests."""
        if reader.topic.startswith("rq/"):
            self._requests[reader.gid] = reader

    def remove(self, reader: Reader) -> None:
        """Watch a reader no more."""
        self._requests.pop(reader.gid, None)

    @property
    def patience_ns(self) -> int | None:
        """Nanoseconds after which to look again; None where nothing is expected."""
        if time.monotonic() < self._until_s:
            return _LOOK_AGAIN_NS
        return _LOOK_ANYWAY_NS if self._requests else None

    def announced(self, participant: bytes) -> None:
        """A participant said that its endpoints changed."""
        if is_fast_dds(participant):
            self._until_s = time.monotonic() + _MATCHED_WITHIN_S

    def look(self) -> None:
        """Say what is new."""
        for reader in list(self._requests.values()):
            for client in reader.writers():
                pair = (reader.gid, client.gid)
                if is_fast_dds(client.gid) and pair not in self._said:
                    self._said.add(pair)
                    name = reader.topic.removeprefix("rq").removesuffix("Request")
                    get_logger("rclpy").error(
                        f"service {name} has a client of Fast DDS, which this runtime cannot "
                        f"answer: {REMEDY}"
                    )
