"""Pooling: a feature map to a vector. One file each, chosen by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from afil_core.registry import Registry

if TYPE_CHECKING:
    from afil_policy.pooling.base import Pooling

POOLING: Registry[Pooling] = Registry(
    "pooling",
    "pooling",
    {
        "attentive": "afil_policy.pooling.attentive:Attentive",
        "average": "afil_policy.pooling.average:Average",
        "flatten": "afil_policy.pooling.flatten:Flatten",
        "linear": "afil_policy.pooling.linear:Linear",
        "spatial_softmax": "afil_policy.pooling.spatial_softmax:SpatialSoftmax",
        "summary": "afil_policy.pooling.summary:Summary",
        "tokens": "afil_policy.pooling.tokens:Tokens",
    },
)
