"""Stage 2, detect: boxes for phrases in images."""

from afil_core.registry import Registry
from afil_perception.detect.detector import Detection, Detector

DETECTORS: Registry[Detector] = Registry(
    "detectors",
    "detector",
    {"color": "afil_perception.detect.color:ColorDetector"},
    renamed={"colour": "color"},
)

__all__ = ["DETECTORS", "Detection", "Detector"]
