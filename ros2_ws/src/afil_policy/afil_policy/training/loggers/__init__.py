"""Loggers: where the curves of a run go beside ``losses.csv``. One file each, chosen by name."""

from __future__ import annotations

from afil_core.registry import Registry
from afil_policy.training.loggers.base import EpochReport, Logger, Moment, RunFacts

LOGGERS: Registry[Logger] = Registry(
    "loggers",
    "logger",
    {
        "html": "afil_policy.training.loggers.html:HtmlLogger",
        "tensorboard": "afil_policy.training.loggers.tensorboard:TensorboardLogger",
        "trackio": "afil_policy.training.loggers.trackio:TrackioLogger",
        "wandb": "afil_policy.training.loggers.wandb:WandbLogger",
    },
)
DEFAULT = ("html", "tensorboard")

__all__ = ["DEFAULT", "LOGGERS", "EpochReport", "Logger", "Moment", "RunFacts"]
