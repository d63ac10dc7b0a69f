"""Going on with MCAP files whose writer was killed: what is whole stays where it is.

Only the heads of messages are read, so that ten minutes of cameras take a moment.
"""

from __future__ import annotations

import logging
import mmap
import re
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import yaml

from afil_core.bags import mcap_records as records
from afil_core.bags.files import BagFiles, Topic
from afil_core.bags.mcap_file import McapFile, unpack
from afil_core.errors import AfilError

_LOG = logging.getLogger(__name__)
_HEAD = 12
_PART = re.compile(r"_(\d+)$")

Torn = list[tuple[str, bytes, int]]
Seen = Callable[[str, str, bytes, int], None]


class _Record(NamedTuple):
    opcode: int
    at: int
    body: memoryview
    end: int


class _Texts:
    """Reads strings one after the other."""

    def __init__(self, body: memoryview, at: int) -> None:
        self._body, self._at = body, at

    def next(self) -> str:
        (length,) = struct.unpack_from("<I", self._body, self._at)
        start, self._at = self._at + 4, self._at + 4 + length
        return str(self._body[start : self._at], "utf-8")

    def map(self) -> dict[str, str]:
        (length,) = struct.unpack_from("<I", self._body, self._at)
        self._at += 4
        end, found = self._at + length, {}
        while self._at < end:
            key = self.next()
            found[key] = self.next()
        return found

    @property
    def at(self) -> int:
        return self._at


def resume(files: BagFiles, seen: Seen) -> Torn:
    """Open the files of an interrupted bag so that it can be gone on with and closed.

    Args:
        files: The bag, of whose folder nothing is open.
        seen: Is told of each message that is there: topic, type, first bytes, log time.

    Returns:
        Messages of the last chunk where that is not whole: topic, bytes, log time. They are cut
        off, to be written again.

    Raises:
        AfilError: When there is no file, or it does not begin as one.
        OSError: When the disk refuses it.
    """
    paths = sorted(files.folder.glob("*.mcap"), key=_part)
    if not paths:
        raise AfilError(f"{files.folder} has no .mcap file, so there is nothing to recover")
    torn: Torn = []
    for path in paths:
        for topic, _, log_time_ns in torn:
            _LOG.warning("%s: a message of %s at %d is lost", path, topic, log_time_ns)
        torn = _resume_file(files, path, seen)
    return torn


def _part(path: Path) -> int:
    found = _PART.search(path.stem) if path.stem != path.parent.name else None
    return int(found.group(1)) if found else 0


def _resume_file(files: BagFiles, path: Path, seen: Seen) -> Torn:
    file = McapFile.of_what_is_there(path)
    length = path.stat().st_size
    if length < len(records.MAGIC):
        raise AfilError(f"{path} is empty, so there is nothing to recover")
    # It is unmapped with the last view of it.
    whole = memoryview(mmap.mmap(file.fileno(), length, access=mmap.ACCESS_READ))
    if whole[: len(records.MAGIC)] != records.MAGIC:
        raise AfilError(f"{path} is no MCAP file")
    return _Walk(files, file, seen).through(whole)


class _Walk:
    """Finds out what is whole of a file."""

    def __init__(self, files: BagFiles, file: McapFile, seen: Seen) -> None:
        self._files, self._file, self._seen = files, file, seen
        self._schemas: dict[int, tuple[bytes, str]] = {}
        self._channels: dict[int, Topic] = {}
        self._chunks: list[tuple[int, int, int, dict[int, int], tuple[int, int, str, int, int]]]
        self._chunks = []
        self._counts: dict[int, int] = {}

    def through(self, whole: memoryview) -> Torn:
        torn: Torn = []
        good = len(records.MAGIC)
        waiting = list(_records(whole, good))
        index = 0
        while index < len(waiting):
            record = waiting[index]
            index += 1
            if record.opcode == records.CHUNK:
                places = {}
                end = record.end
                while index < len(waiting) and waiting[index].opcode == records.MESSAGE_INDEX:
                    (channel,) = struct.unpack_from("<H", waiting[index].body, 0)
                    places[channel], end = waiting[index].at, waiting[index].end
                    index += 1
                torn = self._chunk(record, places, end)
                if torn:
                    break
                good = end
            elif record.opcode in (records.HEADER, records.SCHEMA, records.CHANNEL):
                self._declare(record, bytes(whole[record.at : record.end]))
                good = record.end
            else:
                break
        else:
            torn = self._half_chunk(whole, waiting[-1].end if waiting else good)
        channels = {number: topic.channel for number, topic in self._channels.items()}
        schemas = [raw for raw, _ in self._schemas.values()]
        self._file.resume_at(good, schemas, channels)
        for chunk in self._chunks:
            self._file.note_chunk(*chunk)
        self._file.counts |= self._counts
        self._files.go_on_with(self._file, self._channels)
        return torn

    def _declare(self, record: _Record, raw: bytes) -> None:
        if record.opcode == records.SCHEMA:
            (number,) = struct.unpack_from("<H", record.body)
            self._schemas[number] = (raw, _Texts(record.body, 2).next())
        elif record.opcode == records.CHANNEL:
            number, schema = struct.unpack_from("<HH", record.body)
            texts = _Texts(record.body, 4)
            name, serialization, named = texts.next(), texts.next(), texts.map()
            definition, msgtype = self._schemas[schema]
            metadata = {
                "name": name,
                "type": msgtype,
                "serialization_format": serialization,
                "offered_qos_profiles": yaml.safe_load(named.get("offered_qos_profiles", "[]")),
                "type_description_hash": named.get("topic_type_hash", ""),
            }
            self._channels[number] = Topic(definition, raw, metadata)

    def _chunk(self, record: _Record, places: dict[int, int], end: int) -> Torn:
        start_ns, end_ns, unpacked, _ = records.CHUNK_HEAD.unpack_from(record.body)
        texts = _Texts(record.body, records.CHUNK_HEAD.size)
        compression = texts.next()
        inside = record.body[texts.at + 8 :]
        found = list(_messages(unpack(inside, compression)))
        if {channel for channel, _, _ in found} - places.keys():
            return [(self._name(channel), bytes(cdr), ns) for channel, ns, cdr in found]
        for channel, log_time_ns, cdr in found:
            known = self._channels[channel].metadata
            self._seen(known["name"], known["type"], bytes(cdr[:_HEAD]), log_time_ns)
            self._counts[channel] = self._counts.get(channel, 0) + 1
        size = record.end - record.at
        facts = (start_ns, end_ns, compression, len(inside), unpacked)
        self._chunks.append((record.at, size, end - record.end, places, facts))
        return []

    def _half_chunk(self, whole: memoryview, at: int) -> Torn:
        """The messages of a chunk that was being written, as far as it is not packed."""
        head = at + records.RECORD_HEAD.size
        fixed = records.CHUNK_HEAD.size + 4 + 8
        if len(whole) < head + fixed or whole[at] != records.CHUNK:
            return []
        if _Texts(whole, head + records.CHUNK_HEAD.size).next():
            return []
        found = _messages(whole[head + fixed :])
        return [(self._name(channel), bytes(cdr), ns) for channel, ns, cdr in found]

    def _name(self, channel: int) -> str:
        return str(self._channels[channel].metadata["name"])


def _records(whole: memoryview, at: int) -> Iterator[_Record]:
    """The records that are whole."""
    head = records.RECORD_HEAD
    while at + head.size <= len(whole):
        opcode, length = head.unpack_from(whole, at)
        end = at + head.size + length
        if end > len(whole):
            return
        yield _Record(opcode, at, whole[at + head.size : end], end)
        at = end


def _messages(inside: memoryview) -> Iterator[tuple[int, int, memoryview]]:
    """The messages of a chunk: channel, log time, bytes."""
    for record in _records(inside, 0):
        if record.opcode == records.MESSAGE:
            channel, _, log_time_ns, _ = struct.unpack_from("<HIQQ", record.body)
            yield channel, log_time_ns, record.body[records.MESSAGE_FIELDS :]
