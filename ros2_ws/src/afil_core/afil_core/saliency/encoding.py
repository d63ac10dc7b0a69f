"""Key objects, masks and maps to CDR bytes and back; each has the stamp of its image."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from afil_core import messages
from afil_core.codecs.encodings import rows_of
from afil_core.codecs.image import image_message
from afil_core.errors import AfilError
from afil_core.saliency.objects import KeyObject, Rle
from afil_core.saliency.topics import KEY_OBJECTS_TYPE, MASKS_TYPE, SALIENCY_TYPE

_MONO = "mono8"


def encode_key_objects(objects: Sequence[KeyObject], stamp_ns: int, frame_id: str) -> bytes:
    """A ``vision_msgs/Detection2DArray``: boxes by center and size in pixels.

    The phrase is the ``class_id`` of the one hypothesis, the identity is the detection's ``id``;
    masks travel beside it (:func:`encode_masks`).

    Args:
        objects: The key objects of an image.
        stamp_ns: Stamp of the image.
        frame_id: Frame of the image.
    """
    header = messages.header(stamp_ns, frame_id)
    detections = [_detection(o, header) for o in objects]
    return messages.serialize(messages.new(KEY_OBJECTS_TYPE, header=header, detections=detections))


def decode_key_objects(cdr: bytes) -> tuple[int, list[KeyObject]]:
    """Stamp (ns) and key objects, without masks, of a ``vision_msgs/Detection2DArray``.

    Raises:
        AfilError: When the bytes are none, or a detection lacks what AFIL writes.
    """
    message = messages.deserialize(cdr, KEY_OBJECTS_TYPE)
    objects = []
    for detection in message.detections:
        if not detection.results or not detection.id.isdecimal():
            raise AfilError(
                "a key object has no phrase or no numeric id: these detections were not written "
                "by afil_perception"
            )
        x, y = detection.bbox.center.position.x, detection.bbox.center.position.y
        width, height = detection.bbox.size_x, detection.bbox.size_y
        box = (x - width / 2, y - height / 2, x + width / 2, y + height / 2)
        best = detection.results[0].hypothesis
        objects.append(KeyObject(int(detection.id), best.class_id, best.score, box))
    return messages.stamp_to_ns(message.header.stamp), objects


def encode_masks(objects: Sequence[KeyObject], stamp_ns: int, frame_id: str) -> bytes:
    """An ``afil_interfaces/KeyObjectMasks`` of those key objects that have a mask."""
    masks = [_mask(o.id, o.mask) for o in objects if o.mask is not None]
    header = messages.header(stamp_ns, frame_id)
    return messages.serialize(messages.new(MASKS_TYPE, header=header, masks=masks))


def decode_masks(cdr: bytes) -> tuple[int, dict[int, Rle]]:
    """Stamp (ns) and mask by identity of an ``afil_interfaces/KeyObjectMasks``.

    Raises:
        AfilError: When the bytes are none, or a mask's runs do not fit its size.
    """
    message = messages.deserialize(cdr, MASKS_TYPE)
    masks = {int(m.id): Rle((m.height, m.width), tuple(m.counts.tolist())) for m in message.masks}
    return messages.stamp_to_ns(message.header.stamp), masks


def with_masks(objects: Sequence[KeyObject], masks: Mapping[int, Rle]) -> list[KeyObject]:
    """Key objects with their masks, where there are any."""
    return [dataclasses.replace(o, mask=masks.get(o.id, o.mask)) for o in objects]


def encode_map(saliency: NDArray[np.uint8], stamp_ns: int, frame_id: str) -> bytes:
    """A mono8 ``sensor_msgs/Image`` of a map, uint8 [H, W]."""
    return messages.serialize(image_message(saliency, stamp_ns, frame_id, _MONO))


def decode_map(cdr: bytes) -> tuple[int, NDArray[np.uint8]]:
    """Stamp (ns) and map, uint8 [H, W], of a mono8 ``sensor_msgs/Image``.

    Raises:
        AfilError: When the bytes are no mono8 image.
    """
    message = messages.deserialize(cdr, SALIENCY_TYPE)
    if message.encoding != _MONO:
        raise AfilError(
            f"a saliency map is {_MONO}, not '{message.encoding}'; perceive the episode again"
        )
    return messages.stamp_to_ns(message.header.stamp), rows_of(message, np.uint8, 1)


def _detection(item: KeyObject, header: Any) -> Any:
    x0, y0, x1, y1 = item.box
    position = messages.new("vision_msgs/msg/Point2D", x=(x0 + x1) / 2, y=(y0 + y1) / 2)
    hypothesis = messages.new(
        "vision_msgs/msg/ObjectHypothesis", class_id=item.phrase, score=item.score
    )
    return messages.new(
        "vision_msgs/msg/Detection2D",
        header=header,
        id=str(item.id),
        bbox=messages.new(
            "vision_msgs/msg/BoundingBox2D",
            center=messages.new("vision_msgs/msg/Pose2D", position=position),
            size_x=x1 - x0,
            size_y=y1 - y0,
        ),
        results=[messages.new("vision_msgs/msg/ObjectHypothesisWithPose", hypothesis=hypothesis)],
    )


def _mask(number: int, rle: Rle) -> Any:
    height, width = rle.size
    return messages.new(
        "afil_interfaces/msg/KeyObjectMask",
        id=str(number),
        height=height,
        width=width,
        counts=np.array(rle.counts, dtype=np.uint32),
    )
