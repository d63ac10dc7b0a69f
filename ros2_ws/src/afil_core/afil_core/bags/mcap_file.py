"""One MCAP file of CDR messages, written in chunks that reach the disk whole.

The libraries' writers copy a camera image five times and keep what they have until a chunk is
full. Here a message's bytes go from where they are into the file, a chunk is on the disk when
:meth:`McapFile.append` returns, and a file whose writer was killed can be gone on with.
"""

from __future__ import annotations

import contextlib
import os
import sys
from array import array
from collections import defaultdict
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from afil_core.bags import mcap_records as records
from afil_core.errors import AfilError

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

LIBRARY = "afil_core"
# Level 1 packs twice as fast as the library's default, and hardly less; the check sum tells a
# reader of damage.
_PACKING: dict[int, int] = {
    zstd.CompressionParameter.compression_level: 1,
    zstd.CompressionParameter.checksum_flag: 1,
}
_MOST_BUFFERS = os.sysconf("SC_IOV_MAX")
_METADATA_NAME = "rosbag2"


class Message(NamedTuple):
    """A message of a channel."""

    channel: int
    log_time_ns: int
    cdr: bytes


class McapFile:
    """An MCAP file that is being written.

    Args:
        path: The file, which must not exist.

    Raises:
        OSError: When the disk refuses it.

    Attributes:
        path: The file.
        size: Its length so far, bytes.
        counts: Messages by channel.
        start_ns: Earliest log time; 0 without messages.
        end_ns: Latest log time.
    """

    def __init__(self, path: Path) -> None:
        self._begin(path, os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o644))
        try:
            self._write([records.MAGIC + records.header(LIBRARY)])
        except OSError:
            self.remove()
            raise

    @classmethod
    def of_what_is_there(cls, path: Path) -> McapFile:
        """A file that exists, with nothing known of it: :mod:`afil_core.bags.mcap_resume`."""
        file = cls.__new__(cls)
        file._begin(path, os.open(path, os.O_RDWR))
        return file

    def _begin(self, path: Path, descriptor: int) -> None:
        self.path = path
        self._file = descriptor
        self.size = 0
        self.counts: dict[int, int] = {}
        self.start_ns = self.end_ns = 0
        self._schemas: list[bytes] = []
        self._channels: list[bytes] = []
        # One piece of memory: a long recording has many chunks.
        self._chunk_index = bytearray()
        self._chunk_count = 0

    def fileno(self) -> int:
        """The file's descriptor."""
        return self._file

    def add_schema(self, record: bytes) -> None:
        """Write the record of a message type, once."""
        if record in self._schemas:
            return
        self._write([record])
        self._schemas.append(record)

    def add_channel(self, number: int, record: bytes) -> None:
        """Write the record of a topic."""
        self._write([record])
        self._channels.append(record)
        self.counts[number] = 0

    def append(self, messages: Sequence[Message], *, compress: bool) -> None:
        """Write a chunk; it is there as a whole, or not at all.

        Args:
            messages: At least one.
            compress: Whether it is packed by zstd.

        Raises:
            OSError: When the disk refuses it; the file is as it was before.
        """
        pieces: list[bytes] = []
        index: dict[int, array[int]] = defaultdict(lambda: array("Q"))
        offset = 0
        pack, head = records.MESSAGE_HEAD.pack, records.MESSAGE_HEAD.size
        fields = records.MESSAGE_FIELDS
        for channel, log_time_ns, cdr in messages:
            size = len(cdr)
            pieces.append(
                pack(records.MESSAGE, fields + size, channel, 0, log_time_ns, log_time_ns)
            )
            pieces.append(cdr)
            index[channel].extend((log_time_ns, offset))
            offset += head + size
        times = [message.log_time_ns for message in messages]
        start_ns, end_ns = min(times), max(times)
        name, stored = "", offset
        if compress:
            pieces = [zstd.compress(b"".join(pieces), options=_PACKING)]
            name, stored = "zstd", len(pieces[0])
        fixed = records.CHUNK_HEAD.pack(start_ns, end_ns, offset, 0)
        fixed += records.text(name) + records.u64(stored)
        at = self.size
        chunk_size = records.RECORD_HEAD.size + len(fixed) + stored
        indexes, places, place = [], {}, at + chunk_size
        for channel, entries in index.items():
            if sys.byteorder == "big":
                entries.byteswap()
            places[channel] = place
            indexes.append(records.message_index(channel, entries.tobytes()))
            place += len(indexes[-1])
        chunk_head = records.RECORD_HEAD.pack(records.CHUNK, len(fixed) + stored) + fixed
        self._write([chunk_head, *pieces, *indexes])
        self.note_chunk(
            at, chunk_size, place - at - chunk_size, places,
            (start_ns, end_ns, name, stored, offset),
        )  # fmt: skip
        for channel, entries in index.items():
            self.counts[channel] += len(entries) // 2

    def note_chunk(
        self,
        at: int,
        size: int,
        index_size: int,
        places: dict[int, int],
        facts: tuple[int, int, str, int, int],
    ) -> None:
        """Keep for the summary what is known of a chunk.

        Args:
            at: Where it begins.
            size: Length of its record.
            index_size: Length of the message indexes behind it.
            places: Where these are, by channel.
            facts: Earliest and latest log time, compression, length as stored and unpacked.
        """
        start_ns, end_ns, name, stored, unpacked = facts
        self._chunk_index += records.record(
            records.CHUNK_INDEX,
            records.u64(start_ns), records.u64(end_ns), records.u64(at), records.u64(size),
            records.offsets(places), records.u64(index_size),
            records.text(name), records.u64(stored), records.u64(unpacked),
        )  # fmt: skip
        self._chunk_count += 1
        first = self._chunk_count == 1
        self.start_ns = start_ns if first else min(self.start_ns, start_ns)
        self.end_ns = max(self.end_ns, end_ns)

    def resume_at(self, size: int, schemas: Sequence[bytes], channels: dict[int, bytes]) -> None:
        """Go on behind what is whole of a file; what comes after it is cut off."""
        os.ftruncate(self._file, size)
        self.size = os.lseek(self._file, size, os.SEEK_SET)
        self._schemas, self._channels = list(schemas), list(channels.values())
        self.counts = dict.fromkeys(channels, 0)

    def close(self, metadata: str) -> None:
        """Write the summary, and close the file.

        Args:
            metadata: What the bag's ``metadata.yaml`` says of it.

        Raises:
            OSError: When the disk refuses it; it can be tried again.
        """
        start = self.size
        named = records.metadata(_METADATA_NAME, {"serialized_metadata": metadata})
        parts = [named, records.data_end()]
        place = summary_start = start + sum(map(len, parts))
        chunks = [bytes(self._chunk_index)] if self._chunk_count else []
        groups = {
            records.SCHEMA: self._schemas,
            records.CHANNEL: self._channels,
            records.CHUNK_INDEX: chunks,
            records.METADATA_INDEX: [records.metadata_index(start, len(named), _METADATA_NAME)],
            records.STATISTICS: [
                records.statistics(
                    self.counts, len(self._schemas), self._chunk_count, self.start_ns, self.end_ns
                )
            ],
        }
        ends = []
        for opcode, group in groups.items():
            length = sum(map(len, group))
            if length:
                ends.append(records.summary_offset(opcode, place, length))
            parts += group
            place += length
        self._write([*parts, *ends, records.footer(summary_start, place)])
        os.close(self._file)

    def abort(self) -> None:
        """Close the file as it is, without a summary."""
        with contextlib.suppress(OSError):
            os.close(self._file)

    def remove(self) -> None:
        """Take back a file that has just begun."""
        self.abort()
        self.path.unlink()

    def _write(self, pieces: Sequence[bytes]) -> None:
        try:
            waiting = iter(pieces)
            while some := list(islice(waiting, _MOST_BUFFERS)):
                self._write_some(some)
        except OSError:
            # Half a record would hide what comes after it.
            os.ftruncate(self._file, self.size)
            os.lseek(self._file, self.size, os.SEEK_SET)
            raise
        self.size += sum(map(len, pieces))

    def _write_some(self, pieces: list[bytes]) -> None:
        left = sum(map(len, pieces))
        written = os.writev(self._file, pieces)
        if written == left:
            return
        # The kernel takes less than it is given when the disk is full, or beyond 2 GiB.
        rest = memoryview(b"".join(pieces))[written:]
        while rest:
            rest = rest[os.write(self._file, rest) :]


def unpack(inside: memoryview, compression: str) -> memoryview:
    """The records of a chunk.

    Raises:
        AfilError: When they can't be unpacked.
    """
    if not compression:
        return inside
    try:
        return memoryview(zstd.decompress(inside))
    except zstd.ZstdError as error:
        raise AfilError(f"a chunk cannot be unpacked ({error})") from error
