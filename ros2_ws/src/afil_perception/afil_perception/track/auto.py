"""Tracker ``auto``: SAM 2 where its weights are, else overlap."""

from __future__ import annotations

from afil_perception.pipeline.automatic import ByWeights
from afil_perception.track import TRACKERS


class AutoTracker(ByWeights):
    """Stands for SAM 2 where its weights are, else overlap."""

    class Config(ByWeights.Config):
        """Which weights to take."""

        registry = TRACKERS
        candidates = ("sam2", "iou")
