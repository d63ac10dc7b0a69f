"""Encoders: images to features. One file each, chosen by name."""

from __future__ import annotations

from afil_core.registry import Registry
from afil_policy.encoders.base import Encoder, Features

ENCODERS: Registry[Encoder] = Registry(
    "encoders",
    "encoder",
    {"small_cnn": "afil_policy.encoders.small_cnn:SmallCnn"},
)

__all__ = ["ENCODERS", "Encoder", "Features"]
