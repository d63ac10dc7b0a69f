"""Reading a bag as raw messages; what is wrong with it is a sentence."""

from __future__ import annotations

import struct
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from rosbags.interfaces import Connection
from rosbags.rosbag2 import Reader, ReaderError

from afil_core import messages
from afil_core.bags.files import METADATA_FILE, ROOT_KEY
from afil_core.errors import AfilError
from afil_core.schema import parse_yaml

# What rosbags lets through when a file is cut or overwritten.
_DAMAGE = (
    ReaderError, OSError, ValueError, KeyError, IndexError, AssertionError, struct.error,
    EOFError, UnicodeDecodeError,
)  # fmt: skip


RECOVER = "ros2 run afil_core recover_bag"
_NEWEST_VERSION = 9
_STORAGE_BY_SUFFIX = {".mcap": "mcap", ".db3": "sqlite3"}


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
    """Topics, counts and custom data of a bag, by its metadata alone.

    Raises:
        AfilError: When it is no bag, or its metadata are damaged.
    """
    source = path / METADATA_FILE
    facts = _metadata(path)
    topics = facts.get("topics_with_message_count")
    custom = facts.get("custom_data") or {}
    try:
        entries = [(t["topic_metadata"], int(t["message_count"])) for t in topics or []]
        types = {t["name"]: str(t["type"]) for t, _ in entries}
        counts = {t["name"]: count for t, count in entries}
        return BagInfo(types, counts, {str(k): str(v) for k, v in custom.items()})
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise AfilError(
            f"{source} is damaged ({type(error).__name__}: {error}); restore it from a copy, or "
            f"run `{RECOVER} {path}`"
        ) from error


def _metadata(path: Path) -> dict[str, Any]:
    source = path / METADATA_FILE
    if not source.is_file():
        raise AfilError(_missing(path))
    data = parse_yaml(source.read_text(encoding="utf-8", errors="replace"), str(source))
    facts = data.get(ROOT_KEY) if isinstance(data, dict) else None
    if not isinstance(facts, dict):
        raise AfilError(
            f"{source} has no {ROOT_KEY}, so it is no bag's; restore it from a copy, or run "
            f"`{RECOVER} {path}`"
        )
    return facts


def _missing(path: Path) -> str:
    if not path.is_dir():
        return f"bag {path} does not exist; give the folder of an episode"
    return (
        f"bag {path} has no {METADATA_FILE}, so its recording did not end; run "
        f"`{RECOVER} {path}` to save what it holds"
    )


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
    facts = _metadata(path)
    try:
        with _readable(path, facts) as folder, Reader(folder) as reader:
            yield reader
    except _DAMAGE as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise AfilError(
            f"bag {path} is damaged or cut off ({reason}); restore it from a copy, or run "
            f"`{RECOVER} {path}` to save what can be read"
        ) from error


@contextmanager
def _readable(path: Path, facts: dict[str, Any]) -> Iterator[Path]:
    """The bag as this rosbags knows it: later versions only say more, and some name no storage."""
    files = [str(f) for f in facts.get("relative_file_paths") or []]
    known = dict(facts)
    if int(facts.get("version") or 0) > _NEWEST_VERSION:
        known["version"] = _NEWEST_VERSION
    if not facts.get("storage_identifier") and files:
        suffix = Path(files[0].removesuffix(".zstd")).suffix
        known["storage_identifier"] = _STORAGE_BY_SUFFIX.get(suffix, "")
    if known == facts:
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="afil_bag_") as folder:
        for name in files:
            (Path(folder) / name).symlink_to((path / name).resolve())
        text = yaml.safe_dump({ROOT_KEY: known}, sort_keys=False)
        (Path(folder) / METADATA_FILE).write_text(text, encoding="utf-8")
        yield Path(folder)
