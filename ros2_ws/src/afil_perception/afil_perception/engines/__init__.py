"""Engines: where the episodes of a dataset are perceived."""

from afil_core.registry import Registry
from afil_perception.engines.engine import Engine, Job, Outcome

ENGINES: Registry[Engine] = Registry(
    "engines",
    "engine",
    {
        "threads": "afil_perception.engines.threads:ThreadEngine",
        "ray": "afil_perception.engines.ray:RayEngine",
    },
)

__all__ = ["ENGINES", "Engine", "Job", "Outcome"]
