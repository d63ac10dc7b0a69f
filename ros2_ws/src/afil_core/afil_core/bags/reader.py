"""Reading a bag as raw messages; what is wrong with it is a sentence."""

from __future__ import annotations

import struct
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import yaml
from rosbags.interfaces import Connection
from rosbags.rosbag2 import Reader, ReaderError

from afil_core import messages
from afil_core.errors import AfilError

# What rosbags lets through when a file is cut or overwritten.
_DAMAGE = (
    ReaderError, OSError, ValueError, KeyError, IndexError, AssertionError, struct.error,
    EOFError, UnicodeDecodeError,
)  # fmt: skip


@dataclass(frozen=True)
class BagInfo:
    """What a bag holds.

    Attributes:
        types: Message type by topic.
        counts: Number of messages by topic.
        custom_data: Texts kept in the bag's metadata.
    """

    types: dict[str, str]
    counts: dict[str, int]
    custom_data: dict[str, str]


def bag_info(path: Path) -> BagInfo:
    """Topics, counts and custom data of a bag.

    Raises:
        AfilError: When it is no readable bag.
    """
    with _open(path) as reader:
        types = {c.topic: c.msgtype for c in reader.connections}
        counts = {c.topic: c.msgcount for c in reader.connections}
    text = (path / "metadata.yaml").read_text(encoding="utf-8")
    custom = yaml.safe_load(text)["rosbag2_bagfile_information"].get("custom_data") or {}
    return BagInfo(types, counts, custom)


def read_bag(
    path: Path,
    topics: Collection[str] | None = None,
    *,
    as_written: bool = False,
    start_ns: int | None = None,
    stop_ns: int | None = None,
) -> Iterator[tuple[str, int, bytes]]:
    """Iterate a bag's messages in the order of their log times.

    Args:
        path: Folder of the bag.
        topics: Only these; None for all.
        as_written: In the order in which they were written instead, for a bag whose log times
            go back because a clock was set.
        start_ns: Only messages logged then or later; others are not even read.
        stop_ns: Only messages logged before.

    Yields:
        Topic, log time (ns) and CDR bytes.

    Raises:
        AfilError: When the bag is missing, empty, cut off or otherwise damaged.
    """
    with _open(path) as reader:
        if not reader.message_count:
            raise AfilError(f"bag {path} is empty: it holds no message; record it again")
        wanted = [c for c in reader.connections if topics is None or c.topic in topics]
        for connection in wanted:
            if connection.msgtype not in messages.typestore().types:
                messages.register_definition(connection.msgtype, connection.msgdef.data)
        if wanted:
            messages_of = _as_written if as_written else _by_log_time
            for connection, log_time_ns, cdr in messages_of(reader, wanted, start_ns, stop_ns):
                yield connection.topic, log_time_ns, bytes(cdr)


def _by_log_time(
    reader: Reader, wanted: list[Connection], start_ns: int | None, stop_ns: int | None
) -> Iterator[tuple[Connection, int, bytes]]:
    return reader.messages(wanted, start=start_ns, stop=stop_ns)


def _as_written(
    reader: Reader, wanted: list[Connection], start_ns: int | None, stop_ns: int | None
) -> Iterator[tuple[Connection, int, bytes]]:
    topics = {c.topic for c in wanted}
    for storage in reader.storage.storages:  # type: ignore[attr-defined]
        inside = [c for c in storage.connections if c.topic in topics]
        yield from storage.messages_scan(inside, start_ns, stop_ns)


@contextmanager
def _open(path: Path) -> Iterator[Reader]:
    if not (path / "metadata.yaml").is_file():
        what = (
            "has no metadata.yaml, so its recording did not end"
            if path.is_dir()
            else ("does not exist")
        )
        raise AfilError(f"bag {path} {what}; try `ros2 bag reindex`, or record it again")
    try:
        with Reader(path) as reader:
            yield reader
    except _DAMAGE as error:
        raise AfilError(
            f"bag {path} is damaged or cut off ({error or type(error).__name__}); restore it "
            f"from a copy, or remove it"
        ) from error
