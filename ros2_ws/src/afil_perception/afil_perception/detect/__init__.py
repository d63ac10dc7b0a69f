"""Stage 2, detect: boxes for phrases in images."""

from afil_core.registry import Registry
from afil_perception.detect.detector import Detection, Detector

DETECTORS: Registry[Detector] = Registry(
    "detectors",
    "detector",
    {
        "auto": "afil_perception.detect.auto:AutoDetector",
        "color": "afil_perception.detect.color:ColorDetector",
        "mm_grounding_dino": "afil_perception.detect.mm_grounding_dino:MmGroundingDinoDetector",
        "grounding_dino": "afil_perception.detect.grounding_dino:GroundingDinoDetector",
        "owlv2": "afil_perception.detect.owlv2:Owlv2Detector",
    },
    renamed={"colour": "color"},
)

__all__ = ["DETECTORS", "Detection", "Detector"]
