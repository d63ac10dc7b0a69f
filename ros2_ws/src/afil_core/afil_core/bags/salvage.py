"""What can be read of a damaged bag, whoever wrote it."""

from __future__ import annotations

import logging
import sqlite3
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import zstandard
from mcap.exceptions import McapError
from mcap.records import Channel, Chunk, Message, Schema
from mcap.stream_reader import StreamReader, breakup_chunk

from afil_core import messages
from afil_core.errors import AfilError

_LOG = logging.getLogger(__name__)
# What a file that ends in the middle of a record, or has foreign bytes, makes the libraries raise.
_CUT = (
    McapError, EOFError, ValueError, KeyError, struct.error, zlib.error, OverflowError,
    RuntimeError, sqlite3.Error, zstandard.ZstdError,
)  # fmt: skip
_SUFFIXES = (".mcap", ".db3")


class Salvaged(NamedTuple):
    """A message of a damaged bag."""

    topic: str
    type: str
    cdr: bytes
    log_time_ns: int


def bag_files(place: Path) -> list[Path]:
    """The files of messages of a bag, or the one file that is given.

    Raises:
        AfilError: When there is none.
    """
    if place.is_file():
        return [place]
    if not place.is_dir():
        raise AfilError(f"bag {place} does not exist; give the folder of an episode or a bag")
    files = sorted(path for path in place.iterdir() if path.suffix in _SUFFIXES)
    if not files:
        raise AfilError(f"{place} has no .mcap or .db3 file, so there is nothing to recover")
    return files


def salvage(place: Path) -> Iterator[Salvaged]:
    """The messages that can be read, in the order in which they were written.

    Args:
        place: Folder of a bag, or one of its files.

    Raises:
        AfilError: When there is no file of messages.
    """
    for path in bag_files(place):
        try:
            yield from (_from_sqlite if path.suffix == ".db3" else _from_mcap)(path)
        except _CUT as error:
            _LOG.warning("%s ends early (%s)", path, error or type(error).__name__)


def _from_mcap(path: Path) -> Iterator[Salvaged]:
    types: dict[int, str] = {}
    channels: dict[int, tuple[str, str]] = {}

    def take(record: object) -> Iterator[Salvaged]:
        if isinstance(record, Schema):
            types[record.id] = record.name
            _learn(record)
        elif isinstance(record, Channel):
            channels[record.id] = (record.topic, types[record.schema_id])
        elif isinstance(record, Message):
            topic, msgtype = channels[record.channel_id]
            yield Salvaged(topic, msgtype, record.data, record.log_time)

    with path.open("rb") as file:
        for record in StreamReader(file, emit_chunks=True).records:
            if not isinstance(record, Chunk):
                yield from take(record)
                continue
            try:
                inside = breakup_chunk(record, validate_crc=True)
            except _CUT as error:
                _LOG.warning("%s: a chunk is damaged and left out (%s)", path, error)
                continue
            for part in inside:
                yield from take(part)


def _learn(schema: Schema) -> None:
    """A type that is not installed here is what the bag says of it."""
    try:
        messages.require_type(schema.name)
    except AfilError:
        messages.register_definition(schema.name, schema.data.decode(errors="replace"))


def _from_sqlite(path: Path) -> Iterator[Salvaged]:
    database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        topics = {
            number: (name, msgtype)
            for number, name, msgtype in database.execute("SELECT id, name, type FROM topics")
        }
        rows = database.execute("SELECT topic_id, timestamp, data FROM messages ORDER BY id")
        for number, log_time_ns, cdr in rows:
            topic, msgtype = topics[number]
            yield Salvaged(topic, msgtype, bytes(cdr), int(log_time_ns))
    finally:
        database.close()
