"""Detector ``grounding_dino``: the one that the paper used."""

from __future__ import annotations

from pydantic import Field

from afil_perception.detect.grounding import GroundingConfig, GroundingDetector
from afil_perception.pretrained import Weights


class GroundingDinoDetector(GroundingDetector):
    """Grounding DINO (arXiv 2303.05499).

    Args:
        config: Weights and thresholds. The paper's pipeline kept boxes above 0.4 (driving) and
            0.3 (arm).
    """

    model_class = "GroundingDinoForObjectDetection"
    weights = (
        Weights("IDEA-Research/grounding-dino-base", 933, "Apache-2.0"),
        Weights("IDEA-Research/grounding-dino-tiny", None, "Apache-2.0"),
    )

    class Config(GroundingConfig):
        """Options."""

        model: str = Field("IDEA-Research/grounding-dino-base", min_length=1)
