"""The files of one bag, and what its ``metadata.yaml`` says of them."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from afil_core.bags.mcap_file import McapFile, Message
from afil_core.storage import write_text

METADATA_FILE = "metadata.yaml"
ROOT_KEY = "rosbag2_bagfile_information"
# Jazzy's; rosbag2 of Iron and later reads it.
_VERSION = 9
_NO_TIME_NS = 2**63 - 1


@dataclass(frozen=True)
class Split:
    """When a recording goes on in another file.

    Attributes:
        after_bytes: At this length; 0 for never.
        after_ns: After so much time of messages; 0 for never.
    """

    after_bytes: int = 0
    after_ns: int = 0

    def is_due(self, file: McapFile) -> bool:
        """Whether a file has its length; one without messages never has."""
        if not any(file.counts.values()):
            return False
        longer = file.end_ns - file.start_ns >= self.after_ns > 0
        return longer or file.size >= self.after_bytes > 0


@dataclass(frozen=True)
class Topic:
    """A topic of a bag.

    Attributes:
        schema: MCAP record of its type.
        channel: MCAP record of the topic.
        metadata: What ``metadata.yaml`` says of it.
        encode: What is written in the place of a message; None for the message itself.
    """

    schema: bytes
    channel: bytes
    metadata: Mapping[str, Any]
    encode: Callable[[bytes], bytes] | None = None


@dataclass(frozen=True)
class _Closed:
    name: str
    start_ns: int
    end_ns: int
    count: int


@dataclass
class BagFiles:
    """Writes the files of a bag, one after the other.

    Args:
        folder: Folder of the bag.
        split: When the next file begins.
        custom_data: Texts kept in the bag's metadata; may grow until the end.

    Attributes:
        is_over: Whether its last file is finished, so that no message can be added.
    """

    folder: Path
    split: Split = Split()
    custom_data: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.topics: dict[int, Topic] = {}
        self._counts: dict[int, int] = {}
        self._closed: list[_Closed] = []
        self._file: McapFile | None = None
        self.is_over = False

    def open(self) -> None:
        """Begin the next file; raises the disk's OSError, and nothing is begun then."""
        number = f"_{len(self._closed)}" if self._closed else ""
        file = McapFile(self.folder / f"{self.folder.name}{number}.mcap")
        try:
            for channel, topic in self.topics.items():
                _declare(file, channel, topic)
        except OSError:
            file.remove()
            raise
        self._file = file

    def go_on_with(self, file: McapFile, topics: Mapping[int, Topic]) -> None:
        """Take a file that was written before, with the topics that it declares."""
        if self._file is not None:
            self._end(self._file)
        self._file = file
        self.topics |= topics

    def declare(self, number: int, topic: Topic) -> None:
        """Add a topic."""
        _declare(self._current(), number, topic)
        self.topics[number] = topic

    def append(self, messages: Sequence[Message], compress: bool) -> None:
        """Write a chunk of messages; where the disk refuses it, none of them is written."""
        encoders = {n: t.encode for n, t in self.topics.items() if t.encode is not None}
        if encoders:
            messages = [
                message._replace(cdr=encoders[message.channel](message.cdr))
                if message.channel in encoders
                else message
                for message in messages
            ]
        # Before the chunk: what is refused is tried again as a whole, and would be there twice.
        if self.split.is_due(self._current()):
            self._end(self._current())
        self._current().append(messages, compress=compress)

    def close(self, distro: str = "") -> None:
        """Finish the last file and write ``metadata.yaml``; can be tried again.

        Messages can be added until the last file is finished (:attr:`is_over`).

        Raises:
            OSError: When the disk refuses it.
            AfilError: When it refuses ``metadata.yaml``.
        """
        if self._file is not None:
            self._end(self._file)
        self.is_over = True
        text = yaml.safe_dump({ROOT_KEY: self._facts(distro)}, sort_keys=False)
        write_text(self.folder / METADATA_FILE, text)

    def abort(self) -> None:
        """Close the open file as it is."""
        self.is_over = True
        if self._file is not None:
            self._file.abort()
            self._file = None

    def _current(self) -> McapFile:
        if self._file is None:
            if self.is_over:
                raise OSError("the bag is closed")
            self.open()
        assert self._file is not None
        return self._file

    def _end(self, file: McapFile) -> None:
        count = sum(file.counts.values())
        closed = _Closed(file.path.name, file.start_ns, file.end_ns, count)
        counts = {n: self._counts.get(n, 0) + file.counts.get(n, 0) for n in self.topics}
        before = self._counts, list(self._closed)
        self._counts = counts
        self._closed.append(closed)
        try:
            file.close(yaml.safe_dump(self._facts(""), sort_keys=False).strip())
        except OSError:
            self._counts, self._closed = before
            raise
        self._file = None

    def _facts(self, distro: str) -> dict[str, Any]:
        filled = [f for f in self._closed if f.count]
        start = min((f.start_ns for f in filled), default=_NO_TIME_NS)
        end = max((f.end_ns for f in filled), default=0)
        return {
            "version": _VERSION,
            "storage_identifier": "mcap",
            "relative_file_paths": [f.name for f in self._closed],
            **_span(start, end),
            "message_count": sum(self._counts.values()),
            "topics_with_message_count": [
                {
                    "topic_metadata": dict(topic.metadata),
                    "message_count": self._counts.get(number, 0),
                }
                for number, topic in self.topics.items()
            ],
            "compression_format": "",
            "compression_mode": "",
            "files": [
                {"path": f.name, **_span(f.start_ns, f.end_ns), "message_count": f.count}
                for f in self._closed
            ],
            "custom_data": dict(self.custom_data) or None,
            "ros_distro": distro or os.environ.get("ROS_DISTRO", "jazzy"),
        }


def _declare(file: McapFile, number: int, topic: Topic) -> None:
    file.add_schema(topic.schema)
    file.add_channel(number, topic.channel)


def _span(start_ns: int, end_ns: int) -> dict[str, Any]:
    return {
        "duration": {"nanoseconds": max(0, end_ns - start_ns)},
        "starting_time": {"nanoseconds_since_epoch": start_ns},
    }
