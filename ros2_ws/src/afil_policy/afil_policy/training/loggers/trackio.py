"""Trackio, which has Weights & Biases' interface and keeps everything on this machine."""

from __future__ import annotations

from typing import Any

from afil_policy.training.loggers.base import RunFacts
from afil_policy.training.loggers.wandb import WandbLogger, unique_name


class TrackioLogger(WandbLogger):
    """Keeps the numbers in a local project: ``trackio show``."""

    package = "trackio"

    def _names(self, run: RunFacts) -> dict[str, Any]:
        # It goes on with a run by its name.
        return {"name": unique_name(run)}
