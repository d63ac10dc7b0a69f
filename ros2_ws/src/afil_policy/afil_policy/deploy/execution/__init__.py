"""Ways to execute action chunks. One file each, chosen by name."""

from __future__ import annotations

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

__all__ = ["EXECUTIONS", "ChunkExecution"]
