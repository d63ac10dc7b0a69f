"""Pooling: a feature map to a vector. One file each, chosen by name."""

from __future__ import annotations

from afil_core.registry import Registry
from afil_policy.pooling.base import Pooling

POOLING: Registry[Pooling] = Registry(
    "pooling",
    "pooling",
    {
        "average": "afil_policy.pooling.average:Average",
        "flatten": "afil_policy.pooling.flatten:Flatten",
        "spatial_softmax": "afil_policy.pooling.spatial_softmax:SpatialSoftmax",
    },
)

__all__ = ["POOLING", "Pooling"]
