"""Where in a sidecar, and on which live topics, the results of perception are."""

from __future__ import annotations

from afil_core.topics import Qos

SALIENCY_FOLDER = "saliency"
"""Folder of the sidecar bag in an episode's folder."""

KEY_OBJECTS_TYPE = "vision_msgs/msg/Detection2DArray"
MASKS_TYPE = "afil_interfaces/msg/KeyObjectMasks"
SALIENCY_TYPE = "sensor_msgs/msg/Image"
SIDECAR_QOS = Qos(reliability="reliable", durability="volatile", depth=10)


def saliency_topic(image_topic: str) -> str:
    """Topic of the saliency maps that belong to an image topic."""
    return f"{image_topic}/saliency"


def key_objects_topic(image_topic: str) -> str:
    """Topic of the key objects that belong to an image topic."""
    return f"{image_topic}/key_objects"


def masks_topic(image_topic: str) -> str:
    """Topic of the key objects' masks that belong to an image topic."""
    return f"{image_topic}/key_objects/masks"
