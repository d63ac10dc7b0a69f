"""The saliency map: from key objects to an image that says where to look."""

from afil_perception.saliency.temporal import (
    MapRenderer,
    SaliencyConfig,
    saliency_map,
    to_uint8,
)

__all__ = ["MapRenderer", "SaliencyConfig", "saliency_map", "to_uint8"]
