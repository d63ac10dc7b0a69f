"""Key objects as ``vision_msgs/Detection2DArray``, to CDR bytes and back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from afil_core import messages
from afil_core.errors import AfilError
from afil_perception.objects import KeyObject

KEY_OBJECTS_TYPE = "vision_msgs/msg/Detection2DArray"
SALIENCY_TYPE = "sensor_msgs/msg/Image"


def encode_key_objects(objects: Sequence[KeyObject], stamp_ns: int, frame_id: str) -> bytes:
    """A ``vision_msgs/Detection2DArray``: boxes by center and size in pixels.

    The label is the ``class_id`` of the one hypothesis, the track id is the detection's ``id``.

    Args:
        objects: The key objects of an image.
        stamp_ns: Stamp of the image.
        frame_id: Frame of the image.
    """
    header = messages.header(stamp_ns, frame_id)
    detections = [_detection(o, header) for o in objects]
    return messages.serialize(messages.new(KEY_OBJECTS_TYPE, header=header, detections=detections))


def decode_key_objects(cdr: bytes) -> tuple[int, list[KeyObject]]:
    """Stamp (ns) and key objects of a ``vision_msgs/Detection2DArray``.

    Raises:
        AfilError: When the bytes are none, or a detection lacks what AFIL writes.
    """
    message = messages.deserialize(cdr, KEY_OBJECTS_TYPE)
    objects = []
    for detection in message.detections:
        if not detection.results or not detection.id.isdecimal():
            raise AfilError(
                "a key object has no label or no numeric track id: these detections were not "
                "written by afil_perception"
            )
        x, y = detection.bbox.center.position.x, detection.bbox.center.position.y
        width, height = detection.bbox.size_x, detection.bbox.size_y
        box = (x - width / 2, y - height / 2, x + width / 2, y + height / 2)
        best = detection.results[0].hypothesis
        objects.append(KeyObject(best.class_id, box, best.score, int(detection.id)))
    return messages.stamp_to_ns(message.header.stamp), objects


def _detection(item: KeyObject, header: Any) -> Any:
    x0, y0, x1, y1 = item.box
    position = messages.new("vision_msgs/msg/Point2D", x=(x0 + x1) / 2, y=(y0 + y1) / 2)
    hypothesis = messages.new(
        "vision_msgs/msg/ObjectHypothesis", class_id=item.label, score=item.score
    )
    return messages.new(
        "vision_msgs/msg/Detection2D",
        header=header,
        id=str(item.track_id),
        bbox=messages.new(
            "vision_msgs/msg/BoundingBox2D",
            center=messages.new("vision_msgs/msg/Pose2D", position=position),
            size_x=x1 - x0,
            size_y=y1 - y0,
        ),
        results=[messages.new("vision_msgs/msg/ObjectHypothesisWithPose", hypothesis=hypothesis)],
    )
