"""Saliency sources: which maps a policy learns from. One file each, chosen by name."""

from __future__ import annotations

from afil_core.registry import Registry
from afil_policy.data.saliency.base import MapStore, SaliencySource

SALIENCY: Registry[SaliencySource] = Registry(
    "saliency_sources",
    "saliency source",
    {
        "gaze": "afil_policy.data.saliency.gaze:SimulatedGaze",
        "no_maps": "afil_policy.data.saliency.no_maps:NoMaps",
        "oracle": "afil_policy.data.saliency.sidecar:OracleMaps",
        "perceived": "afil_policy.data.saliency.sidecar:PerceivedMaps",
        "shuffled": "afil_policy.data.saliency.shuffled:ShuffledMaps",
    },
)

__all__ = ["SALIENCY", "MapStore", "SaliencySource"]
