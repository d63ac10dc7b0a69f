"""Reading a saliency sidecar."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from afil_core import schema
from afil_core.bags import bag_info, read_bag
from afil_core.errors import AfilError
from afil_core.saliency.encoding import (
    decode_key_objects,
    decode_map,
    decode_masks,
    with_masks,
)
from afil_core.saliency.objects import KeyObject, Rle
from afil_core.saliency.provenance import FORMAT_VERSION, PERCEPTION_FILE, Provenance
from afil_core.saliency.topics import (
    SALIENCY_FOLDER,
    key_objects_topic,
    masks_topic,
    saliency_topic,
)


class Sidecar:
    """The saliency sidecar of an episode, whether it is there or not.

    Args:
        episode: Folder of the episode.
        folder: Name of the sidecar in there; another one holds maps of another source.
    """

    def __init__(self, episode: Path, folder: str = SALIENCY_FOLDER) -> None:
        self.episode = episode
        self.path = episode / folder

    def exists(self) -> bool:
        """Whether there is one; it appears whole or not at all."""
        return self.path.is_dir()

    def has_maps(self, image_topic: str) -> bool:
        """Whether it has the maps of an image topic."""
        return self._has(saliency_topic(image_topic))

    @property
    def provenance(self) -> Provenance:
        """How it was made.

        Raises:
            AfilError: When it is missing, damaged or of another version of AFIL.
        """
        place = self.path / PERCEPTION_FILE
        data = schema.parse_yaml(self._text(place), str(place))
        version = data.get("format_version") if isinstance(data, dict) else None
        if version != FORMAT_VERSION:
            raise AfilError(
                f"{place}: format_version is {version}, but this AFIL reads {FORMAT_VERSION}; "
                f"{self._remedy()}"
            )
        return schema.read(Provenance, data, str(place))

    def maps(self, image_topic: str) -> Iterator[tuple[int, NDArray[np.uint8]]]:
        """The maps of an image topic: stamp (ns) of the image and uint8 [H, W].

        Raises:
            AfilError: When there are none.
        """
        for _, cdr in self._read("saliency maps", saliency_topic(image_topic)):
            yield decode_map(cdr)

    def key_objects(self, image_topic: str) -> Iterator[tuple[int, list[KeyObject]]]:
        """The key objects of an image topic, with their masks: stamp (ns) of the image, objects.

        Raises:
            AfilError: When there are none.
        """
        masks: dict[int, Rle] = {}
        masks_ns = -1
        wanted = masks_topic(image_topic)
        # The masks of an image are written before its key objects.
        for topic, cdr in self._read("key objects", key_objects_topic(image_topic), wanted):
            if topic == wanted:
                masks_ns, masks = decode_masks(cdr)
                continue
            stamp_ns, objects = decode_key_objects(cdr)
            yield stamp_ns, with_masks(objects, masks if masks_ns == stamp_ns else {})

    def _read(self, what: str, topic: str, *others: str) -> Iterator[tuple[str, bytes]]:
        """Messages of a topic that must be there, and of others that may."""
        if not self._has(topic):
            raise AfilError(f"{self.episode} has no {what} on {topic}; {self._remedy()}")
        for found, _, cdr in read_bag(self.path, [topic, *others]):
            yield found, cdr

    def _has(self, topic: str) -> bool:
        return self.exists() and topic in bag_info(self.path).types

    def _text(self, place: Path) -> str:
        try:
            return place.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or error
            raise AfilError(f"{place} cannot be read ({reason}); {self._remedy()}") from error

    def _remedy(self) -> str:
        return (
            f"run `ros2 launch afil_perception perceive.launch.py dataset:={self.episode.parent}`"
        )
