"""What a bag says of itself."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from ..errors import CommandError

STORAGE_OF_SUFFIX = {".mcap": "mcap", ".db3": "sqlite3"}


@dataclass(frozen=True)
class TopicSummary:
    """A topic of a bag."""

    name: str
    type: str
    count: int
    serialization_format: str = "cdr"


@dataclass(frozen=True)
class BagSummary:
    """A bag: files, size in bytes, times in nanoseconds, topics."""

    files: list[str]
    size: int
    storage: str
    distro: str
    duration_ns: int
    start_ns: int
    messages: int
    topics: list[TopicSummary] = field(default_factory=list)


def read_summary(path: Path) -> BagSummary:
    """Return what a bag folder's metadata.yaml, or a lone bag file, says.

    Raises:
        CommandError: there is no such bag, or it cannot be read.
    """
    if not path.exists():
        raise CommandError(f"bag '{path}' does not exist")
    if path.is_file():
        return _from_file(path)
    metadata = path / "metadata.yaml"
    if not metadata.is_file():
        raise CommandError(
            f"bag '{path}' has no metadata.yaml: it was not closed; its .mcap file may be "
            f"readable by itself ('ros2 bag info {path}/<file>.mcap')"
        )
    try:
        content = yaml.safe_load(metadata.read_text(encoding="utf-8"))
        return _from_metadata(path, content["rosbag2_bagfile_information"])
    except (yaml.YAMLError, KeyError, TypeError, ValueError, UnicodeDecodeError) as error:
        raise CommandError(
            f"'{metadata}' is not the metadata of a bag ({type(error).__name__}: "
            f"{' '.join(str(error).split())})"
        ) from None


def _from_metadata(path: Path, info: dict[str, Any]) -> BagSummary:
    files = list(info["relative_file_paths"])
    sizes = [(path / name).stat().st_size for name in files if (path / name).is_file()]
    topics = [
        TopicSummary(
            entry["topic_metadata"]["name"],
            entry["topic_metadata"]["type"],
            int(entry["message_count"]),
            entry["topic_metadata"].get("serialization_format", "cdr"),
        )
        for entry in info["topics_with_message_count"]
    ]
    return BagSummary(
        files=files,
        size=sum(sizes),
        storage=info["storage_identifier"],
        distro=info.get("ros_distro") or "unknown",
        duration_ns=int(info["duration"]["nanoseconds"]),
        start_ns=int(info["starting_time"]["nanoseconds_since_epoch"]),
        messages=int(info["message_count"]),
        topics=topics,
    )


def _from_file(path: Path) -> BagSummary:
    from rosbags.rosbag2 import Reader

    try:
        with Reader(path) as reader:
            topics = [TopicSummary(c.topic, c.msgtype, c.msgcount) for c in reader.connections]
            return BagSummary(
                files=[path.name],
                size=path.stat().st_size,
                storage=STORAGE_OF_SUFFIX.get(path.suffix, "unknown"),
                distro="unknown",
                duration_ns=max(reader.duration - 1, 0) if reader.message_count else 0,
                start_ns=reader.start_time if reader.message_count else 0,
                messages=reader.message_count,
                topics=topics,
            )
    except Exception as error:
        raise CommandError(f"'{path}' cannot be read as a bag: {error}") from None
