"""Writing a bag: raw CDR messages into rosbag2 MCAP."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

from rosbags.interfaces import Connection
from rosbags.rosbag2 import StoragePlugin, Writer, WriterError

from afil_core import messages
from afil_core.bags.offered import OfferedQos
from afil_core.errors import AfilError
from afil_core.topics import Qos

_BAG_VERSION: Literal[9] = 9


class BagWriter:
    """A bag that is being written; its metadata appear when it is closed.

    Args:
        path: Folder of the bag, which must not exist; its name becomes the file's name.
        custom_data: Texts kept in the bag's metadata.

    Raises:
        AfilError: When the folder exists or cannot be made.
    """

    def __init__(self, path: Path, custom_data: Mapping[str, str] | None = None) -> None:
        if path.exists():
            raise AfilError(f"{path} exists already; bags are never overwritten, choose another")
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._writer = Writer(path, version=_BAG_VERSION, storage_plugin=StoragePlugin.MCAP)
        self._connections: dict[str, Connection] = {}
        self._writer.open()
        for key, value in (custom_data or {}).items():
            self._writer.set_custom_data(key, value)

    def add_topic(
        self, topic: str, msgtype: str, qos: Qos, offered: Sequence[OfferedQos] = ()
    ) -> None:
        """Declare a topic; a bag may hold topics without messages.

        Args:
            topic: Its name.
            msgtype: Its type.
            qos: What whoever plays the bag is to offer where nothing is known of the publishers.
            offered: What each of its publishers offered.

        Raises:
            AfilError: When the type's package is not installed.
        """
        messages.require_type(msgtype)
        profiles = list(offered) or [OfferedQos.asked(qos)]
        self._connections[topic] = self._writer.add_connection(
            topic,
            msgtype,
            typestore=messages.typestore(),
            offered_qos_profiles=[profile.to_rosbags() for profile in profiles],
        )

    def set_custom_data(self, key: str, value: str) -> None:
        """Keep a text in the bag's metadata."""
        self._writer.set_custom_data(key, value)

    def write(self, topic: str, cdr: bytes, log_time_ns: int) -> None:
        """Append a message.

        Args:
            topic: A topic declared before.
            cdr: The serialized message, stored as it is.
            log_time_ns: When it was received.

        Raises:
            AfilError: When the disk refuses it, or the bag is closed.
        """
        try:
            self._writer.write(self._connections[topic], log_time_ns, cdr)
        except (OSError, WriterError) as error:
            raise self._unwritable(error) from error

    def close(self) -> None:
        """Finish the bag: index and metadata; nothing happens when that is done already.

        Raises:
            AfilError: When the disk refuses them.
        """
        if self._writer.storage is None:
            return
        try:
            self._writer.close()
        except OSError as error:
            raise self._unwritable(error) from error

    def _unwritable(self, error: Exception) -> AfilError:
        reason = getattr(error, "strerror", None) or error
        return AfilError(f"bag {self.path} cannot be written ({reason}); free some space")
