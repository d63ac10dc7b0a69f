"""Ways to execute action chunks. One file each, chosen by name."""

from __future__ import annotations

from typing import Any

from afil_core import schema
from afil_core.registry import Registry
from afil_policy.deploy.execution.base import ChunkExecution

EXECUTIONS: Registry[ChunkExecution] = Registry(
    "executions",
    "way to execute chunks",
    {
        "receding": "afil_policy.deploy.execution.receding:RecedingHorizon",
        "ensemble": "afil_policy.deploy.execution.ensemble:TemporalEnsemble",
        "blend": "afil_policy.deploy.execution.blend:BlendedBorders",
        "rtc": "afil_policy.deploy.execution.rtc:RealTimeChunking",
    },
)


def read_execution(name: str, options: str) -> tuple[type[ChunkExecution], Any]:
    """A way to execute chunks, and its options.

    Args:
        name: Its name.
        options: Its options as YAML; empty for none.

    Raises:
        AfilError: When there is none of that name, or it has no such options.
    """
    kind = EXECUTIONS.get(name)
    return kind, schema.parse(kind.Config, options, f"the options of execution '{name}'")


__all__ = ["EXECUTIONS", "ChunkExecution", "read_execution"]
