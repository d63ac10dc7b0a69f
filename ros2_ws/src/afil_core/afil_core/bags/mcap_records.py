"""Records of MCAP files (https://mcap.dev/spec), as bytes."""

from __future__ import annotations

import struct
from collections.abc import Mapping

MAGIC = b"\x89MCAP0\r\n"
HEADER, FOOTER, SCHEMA, CHANNEL, MESSAGE, CHUNK, MESSAGE_INDEX, CHUNK_INDEX = range(1, 9)
STATISTICS, METADATA, METADATA_INDEX, SUMMARY_OFFSET, DATA_END = 0x0B, 0x0C, 0x0D, 0x0E, 0x0F

RECORD_HEAD = struct.Struct("<BQ")
# The head of a message's record and all of its fields but the data.
MESSAGE_HEAD = struct.Struct("<BQHIQQ")
MESSAGE_FIELDS = MESSAGE_HEAD.size - RECORD_HEAD.size
CHUNK_HEAD = struct.Struct("<QQQI")
_U16, _U32, _U64 = struct.Struct("<H"), struct.Struct("<I"), struct.Struct("<Q")
_TWO_U16 = struct.Struct("<HH")
_CHANNEL_OFFSET = struct.Struct("<HQ")


def record(opcode: int, *parts: bytes) -> bytes:
    """A record."""
    body = b"".join(parts)
    return RECORD_HEAD.pack(opcode, len(body)) + body


def text(value: str) -> bytes:
    """A string with its length."""
    data = value.encode()
    return _U32.pack(len(data)) + data


def texts(values: Mapping[str, str]) -> bytes:
    """A map of strings with its length in bytes."""
    body = b"".join(text(key) + text(value) for key, value in values.items())
    return _U32.pack(len(body)) + body


def u64(value: int) -> bytes:
    """An unsigned number of 8 bytes."""
    return _U64.pack(value)


def offsets(by_channel: Mapping[int, int]) -> bytes:
    """A map from channels to numbers, with its length in bytes."""
    body = b"".join(_CHANNEL_OFFSET.pack(*pair) for pair in by_channel.items())
    return _U32.pack(len(body)) + body


def header(library: str) -> bytes:
    """The first record of a file of ROS 2 messages."""
    return record(HEADER, text("ros2"), text(library))


def schema(number: int, msgtype: str, encoding: str, definition: str) -> bytes:
    """The definition of a message type."""
    return record(SCHEMA, _U16.pack(number), text(msgtype), text(encoding), text(definition))


def channel(number: int, schema_number: int, topic: str, metadata: Mapping[str, str]) -> bytes:
    """A topic of CDR messages."""
    numbers = _TWO_U16.pack(number, schema_number)
    return record(CHANNEL, numbers, text(topic), text("cdr"), texts(metadata))


def message_index(number: int, times_and_offsets: bytes) -> bytes:
    """Where in the chunk before it the messages of a channel are."""
    length = _U32.pack(len(times_and_offsets))
    return record(MESSAGE_INDEX, _U16.pack(number), length, times_and_offsets)


def statistics(
    counts: Mapping[int, int], schemas: int, chunks: int, start_ns: int, end_ns: int
) -> bytes:
    """What a file holds."""
    return record(
        STATISTICS,
        struct.pack("<QHIIII", sum(counts.values()), schemas, len(counts), 0, 1, chunks),
        struct.pack("<QQ", start_ns, end_ns),
        offsets(dict(sorted(counts.items()))),
    )


def metadata(name: str, values: Mapping[str, str]) -> bytes:
    """Named texts."""
    return record(METADATA, text(name), texts(values))


def metadata_index(offset: int, length: int, name: str) -> bytes:
    """Where named texts are."""
    return record(METADATA_INDEX, u64(offset), u64(length), text(name))


def summary_offset(opcode: int, start: int, length: int) -> bytes:
    """Where the summary's records of one kind are."""
    return record(SUMMARY_OFFSET, bytes([opcode]), u64(start), u64(length))


def data_end() -> bytes:
    """The end of the data; it says nothing of their check sum."""
    return record(DATA_END, _U32.pack(0))


def footer(summary_start: int, offsets_start: int) -> bytes:
    """The last record, and the magic after it."""
    return record(FOOTER, u64(summary_start), u64(offsets_start), _U32.pack(0)) + MAGIC
