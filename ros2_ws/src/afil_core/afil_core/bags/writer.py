"""Writing a bag: raw CDR messages into rosbag2 MCAP."""

from __future__ import annotations

import contextlib
import errno
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

import yaml
from rosbags.rosbag2.metadata import dump_qos_v9

from afil_core import messages
from afil_core.bags import mcap_records as records
from afil_core.bags.files import BagFiles, Split, Topic
from afil_core.bags.lane import Background, Direct
from afil_core.bags.mcap_file import Message
from afil_core.bags.mcap_resume import Seen, resume
from afil_core.bags.offered import OfferedQos
from afil_core.errors import AfilError
from afil_core.topics import Qos

_CHUNK_BYTES = 1 << 20
# A recorder that is killed loses what is younger.
_FLUSH_S = 0.5
# Of types whose messages are packed already.
_PACKED = ("Compressed", "FFMPEGPacket", "H264", "H265", "Jpeg")


@dataclass(frozen=True)
class BagOptions:
    """How a bag is written.

    Attributes:
        compress: Whether chunks are packed by zstd, unless most of one is packed already.
        split: When the next file begins.
        background: Whether a thread writes, so that a disk that hesitates keeps nobody waiting.
        most_waiting_bytes: What may wait for the disk; messages beyond it are dropped.
    """

    compress: bool = False
    split: Split = Split()
    background: bool = False
    most_waiting_bytes: int = 256 << 20


class BagWriter:
    """A bag that is being written; its metadata appear when it is closed.

    Args:
        path: Folder of the bag, which must not exist; its name becomes the file's name.
        custom_data: Texts kept in the bag's metadata.
        options: How it is written.

    Raises:
        AfilError: When the folder exists or cannot be made.
    """

    def __init__(
        self,
        path: Path,
        custom_data: Mapping[str, str] | None = None,
        options: BagOptions | None = None,
    ) -> None:
        options = options or BagOptions()
        try:
            path.mkdir(parents=True)
            files = BagFiles(path, options.split, dict(custom_data or {}))
            files.open()
        except FileExistsError as error:
            raise AfilError(
                f"{path} exists already; bags are never overwritten, choose another"
            ) from error
        except OSError as error:
            raise _unwritable(path, error) from error
        self._begin(path, files, options)

    @classmethod
    def resumed(
        cls,
        path: Path,
        custom_data: Mapping[str, str],
        seen: Seen,
    ) -> BagWriter:
        """Go on with a bag whose writer was killed, where its last whole message is.

        Args:
            path: Folder of the bag.
            custom_data: Texts kept in the bag's metadata.
            seen: Is told of each message that is there: topic, type, first bytes, log time.

        Raises:
            AfilError: When it has no file of messages, or the disk refuses it.
        """
        files = BagFiles(path, custom_data=dict(custom_data))
        bag = cls.__new__(cls)
        bag._begin(path, files, BagOptions())
        try:
            torn = resume(files, seen)
        except OSError as error:
            raise _unwritable(path, error) from error
        bag._numbers = {str(t.metadata["name"]): n for n, t in files.topics.items()}
        for topic, cdr, log_time_ns in torn:
            seen(topic, bag.types[topic], cdr, log_time_ns)
            bag.write(topic, cdr, log_time_ns)
        return bag

    def _begin(self, path: Path, files: BagFiles, options: BagOptions) -> None:
        self.path = path
        self._files = files
        self._options = options
        self._lane = Background() if self._options.background else Direct()
        self._numbers: dict[str, int] = {}
        self._packed: set[int] = set()
        self._types: dict[str, int] = {}
        self._batch: list[Message] = []
        self._size = self._packed_size = 0
        self._since_s = 0.0
        self._is_open = True

    def add_topic(
        self,
        topic: str,
        msgtype: str,
        qos: Qos,
        offered: Sequence[OfferedQos] = (),
        encode: Callable[[bytes], bytes] | None = None,
    ) -> None:
        """Declare a topic; a bag may hold topics without messages.

        Args:
            topic: Its name.
            msgtype: Its type.
            qos: What whoever plays the bag is to offer where nothing is known of the publishers.
            offered: What each of its publishers offered.
            encode: Makes what is written of what is given; nothing else may be packed twice.

        Raises:
            AfilError: When the type's package is not installed, or the topic is there.
        """
        if topic in self._numbers:
            raise AfilError(f"bag {self.path} has topic {topic} already")
        definition, type_hash = _definition(msgtype)
        number = len(self._numbers) + 1
        profiles = dump_qos_v9(
            [profile.to_rosbags() for profile in offered or [OfferedQos.asked(qos)]]
        )
        channel = {
            "offered_qos_profiles": yaml.safe_dump(profiles, sort_keys=False).strip(),
            "topic_type_hash": type_hash,
        }
        schema = self._types.setdefault(msgtype, len(self._types) + 1)
        declared = Topic(
            schema=records.schema(schema, msgtype, "ros2msg", definition),
            channel=records.channel(number, schema, topic, channel),
            metadata={
                "name": topic,
                "type": msgtype,
                "serialization_format": "cdr",
                "offered_qos_profiles": profiles,
                "type_description_hash": type_hash,
            },
            encode=encode,
        )
        self._hand_over()
        self._numbers[topic] = number
        if any(word in msgtype for word in _PACKED):
            self._packed.add(number)
        self._put(partial(self._files.declare, number, declared), 0)

    def set_custom_data(self, key: str, value: str) -> None:
        """Keep a text in the bag's metadata."""
        self._files.custom_data[key] = value

    def write(self, topic: str, cdr: bytes, log_time_ns: int) -> bool:
        """Append a message.

        Args:
            topic: A topic declared before.
            cdr: The serialized message, stored as it is.
            log_time_ns: When it was received.

        Returns:
            Whether it was taken; False when too much waits for the disk.

        Raises:
            AfilError: When the disk refuses it, or the bag is closed.
        """
        lane, size = self._lane, len(cdr)
        if lane.error is not None or self.is_over:
            raise _unwritable(self.path, lane.error or OSError("it is closed"))
        waiting = lane.backlog
        if waiting and waiting + size > self._options.most_waiting_bytes:
            return False
        number = self._numbers[topic]
        if not self._batch:
            self._since_s = time.monotonic()
        self._batch.append(Message(number, log_time_ns, cdr))
        self._size += size
        if number in self._packed:
            self._packed_size += size
        if self._size >= _CHUNK_BYTES:
            # This one is taken: the lane keeps it, and the next one meets the error.
            with contextlib.suppress(AfilError):
                self._hand_over()
        return True

    def flush_due(self) -> None:
        """Write what has waited for half a second; called often while messages come.

        Raises:
            AfilError: When the disk refuses it.
        """
        if self._batch and time.monotonic() - self._since_s >= _FLUSH_S:
            self._hand_over()

    @property
    def types(self) -> dict[str, str]:
        """Type of each topic that is in the files."""
        return {t.metadata["name"]: t.metadata["type"] for t in self._files.topics.values()}

    def has_topic(self, topic: str) -> bool:
        """Whether a topic was declared."""
        return topic in self._numbers

    @property
    def is_over(self) -> bool:
        """Whether its messages are all in their files: only its metadata may be missing."""
        return self._files.is_over

    @property
    def waiting_bytes(self) -> int:
        """What is not on the disk yet."""
        return self._lane.backlog + self._size

    def close(self) -> None:
        """Finish the bag: index and metadata; nothing happens when that is done already.

        Raises:
            AfilError: When the disk refuses them; it can be tried again.
        """
        if not self._is_open:
            return
        try:
            if self._lane.error is None:
                self._hand_over()
            self._lane.finish()
            # Its thread has ended: what comes after a close that fails is not for it to write.
            self._lane = Direct()
            self._hand_over()
            self._files.close()
        except OSError as error:
            raise _unwritable(self.path, error) from error
        self._is_open = False

    def abort(self) -> None:
        """Stop as if the process were killed: what is on the disk stays, without an index."""
        self._batch.clear()
        with contextlib.suppress(OSError):
            self._lane.finish()
        self._files.abort()
        self._is_open = False

    def _hand_over(self) -> None:
        batch, self._batch = self._batch, []
        if not batch:
            return
        compress = self._options.compress and self._packed_size < self._size / 2
        size, self._size, self._packed_size = self._size, 0, 0
        self._put(partial(self._files.append, batch, compress), size)

    def _put(self, work: Callable[[], None], size: int) -> None:
        try:
            self._lane.put(work, size)
        except OSError as error:
            raise _unwritable(self.path, error) from error


def _unwritable(path: Path, error: Exception) -> AfilError:
    reason = getattr(error, "strerror", None) or error
    denied = getattr(error, "errno", None) in (errno.EACCES, errno.EPERM, errno.EROFS)
    remedy = "make its folder writable, or choose another one" if denied else "free some space"
    return AfilError(f"bag {path} cannot be written ({reason}); {remedy}")


@cache
def _definition(msgtype: str) -> tuple[str, str]:
    """Definition and hash of an installed type."""
    messages.require_type(msgtype)
    store = messages.typestore()
    return store.generate_msgdef(msgtype, ros_version=2)[0], store.hash_rihs01(msgtype)
