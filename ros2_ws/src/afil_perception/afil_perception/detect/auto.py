"""Detector ``auto``: an open-vocabulary detector where its weights are, else colors."""

from __future__ import annotations

from afil_perception.detect import DETECTORS
from afil_perception.pipeline.automatic import ByWeights


class AutoDetector(ByWeights):
    """Stands for an open-vocabulary detector where its weights are, else colors."""

    class Config(ByWeights.Config):
        """Which weights to take."""

        registry = DETECTORS
        candidates = ("mm_grounding_dino", "grounding_dino", "owlv2", "color")
