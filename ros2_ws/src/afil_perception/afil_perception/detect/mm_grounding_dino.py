"""Detector ``mm_grounding_dino``: MM-Grounding-DINO, and LLMDet, which has its form."""

from __future__ import annotations

from pydantic import Field

from afil_perception.detect.grounding import GroundingConfig, GroundingDetector
from afil_perception.pretrained import Weights


class MmGroundingDinoDetector(GroundingDetector):
    """MM-Grounding-DINO (arXiv 2401.02361) or LLMDet (arXiv 2501.18954), by the weights.

    Args:
        config: Weights and thresholds.
    """

    model_class = "MMGroundingDinoForObjectDetection"
    weights = (
        Weights("iSEE-Laboratory/llmdet_base", None, "Apache-2.0"),
        Weights("iSEE-Laboratory/llmdet_tiny", None, "Apache-2.0"),
        Weights("iSEE-Laboratory/llmdet_large", None, "Apache-2.0"),
        Weights(
            "openmmlab-community/mm_grounding_dino_tiny_o365v1_goldg_v3det", None, "Apache-2.0"
        ),
    )

    class Config(GroundingConfig):
        """Options."""

        model: str = Field("iSEE-Laboratory/llmdet_base", min_length=1)
