"""What perception says of an image: key objects, masks and maps, and the sidecar that holds them.

Perception writes the sidecar, training and reports read it; here is all that both must know.
"""

from afil_core.saliency.objects import Box, KeyObject, Rle, box_center, box_iou
from afil_core.saliency.provenance import Provenance
from afil_core.saliency.sidecar import Sidecar
from afil_core.saliency.topics import SALIENCY_FOLDER, key_objects_topic, saliency_topic

__all__ = [
    "SALIENCY_FOLDER",
    "Box",
    "KeyObject",
    "Provenance",
    "Rle",
    "Sidecar",
    "box_center",
    "box_iou",
    "key_objects_topic",
    "saliency_topic",
]
