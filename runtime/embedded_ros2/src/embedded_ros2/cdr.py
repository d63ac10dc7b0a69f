"""CDR of messages: encapsulation header, body, and the 16-byte header of service payloads."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any

from embedded_ros2.cdr_reader import MalformedCdrError, Order, reader_of
from embedded_ros2.cdr_writer import body_writer

__all__ = ["MalformedCdrError", "deserialize", "deserialize_service", "deserializer",
           "serialize", "serialize_service", "serializer"]  # fmt: skip

_LITTLE_ENDIAN = b"\x00\x01\x00\x00"
_PADDING = (b"", b"\0\0\0", b"\0\0", b"\0")
_SERVICE_HEADER = struct.Struct("<4sQq")
_MOST_PADDING = 7
_ORDER: dict[bytes, Order] = {b"\x00\x01": "<", b"\x00\x00": ">"}


def _write(
    write: Callable[[Any, bytearray], None], message: Any, name: str, buffer: bytearray
) -> bytearray:
    try:
        write(message, buffer)
    except (struct.error, AttributeError, TypeError, ValueError, OverflowError) as error:
        raise TypeError(f"{name}: a field has a value of the wrong type: {error}") from error
    buffer += _PADDING[len(buffer) & 3]
    return buffer


def serialize(message: Any, name: str) -> bytearray:
    """Write a message with its encapsulation header, padded to a multiple of four bytes.

    Args:
        message: Instance of the message class of ``name``.
        name: Interface, e.g. ``std_msgs/msg/String``.

    Raises:
        TypeError: A field holds a value that its type cannot carry.
    """
    return _write(body_writer(name), message, name, bytearray(_LITTLE_ENDIAN))


def serializer(name: str) -> Callable[[Any], bytearray]:
    """:func:`serialize` for one type."""
    write = body_writer(name)
    return lambda message: _write(write, message, name, bytearray(_LITTLE_ENDIAN))


def serialize_service(message: Any, name: str, client: int, sequence: int) -> bytearray:
    """Write a request or reply behind the header that rmw_cyclonedds puts into the payload."""
    header = bytearray(_SERVICE_HEADER.pack(_LITTLE_ENDIAN, client, sequence))
    return _write(body_writer(name), message, name, header)


def _order(data: bytes | bytearray | memoryview, name: str) -> Order:
    order = _ORDER.get(bytes(data[:2]))
    if order is None or len(data) < 4:
        raise MalformedCdrError(f"{name}: no CDR encapsulation header in {len(data)} bytes")
    return order


def _read(data: bytes, position: int, name: str, order: Order) -> Any:
    try:
        message, end = reader_of(name, order, aligned=True)(data, position)
    except MalformedCdrError as error:
        raise MalformedCdrError(f"{name}: {error} in {len(data)} bytes") from error
    except struct.error as error:
        raise MalformedCdrError(f"{name}: {len(data)} bytes are too few") from error
    if end > len(data) or len(data) - end > _MOST_PADDING:
        raise MalformedCdrError(f"{name}: {len(data)} bytes where {end} are expected")
    return message


def deserialize(data: bytes | bytearray | memoryview, name: str) -> Any:
    """Read a message.

    Raises:
        MalformedCdrError: The bytes are too few, too many, or contradict themselves.
    """
    order = _order(data, name)
    return _read(bytes(data), 4, name, order)


def deserializer(name: str) -> Callable[[bytes], Any]:
    """:func:`deserialize` for one type, with the ordinary case made short."""
    read = reader_of(name, "<", aligned=True)

    def deserialize_one(data: bytes) -> Any:
        if data[:2] == b"\x00\x01":
            try:
                message, end = read(data, 4)
            except (MalformedCdrError, struct.error):
                return deserialize(data, name)  # Says what is wrong.
            if 0 <= len(data) - end <= _MOST_PADDING:
                return message
        return deserialize(data, name)

    return deserialize_one


def deserialize_service(data: bytes, name: str) -> tuple[Any, int, int]:
    """Read a service payload as (message, client guid, sequence number)."""
    order = _order(data, name)
    if len(data) < 20:
        raise MalformedCdrError(f"{name}: {len(data)} bytes are too few for a service header")
    client, sequence = struct.unpack_from(order + "Qq", data, 4)
    return _read(bytes(data), 20, name, order), client, sequence
