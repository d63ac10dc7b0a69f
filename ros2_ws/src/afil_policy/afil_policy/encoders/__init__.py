"""Encoders: images to features. One file each, chosen by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from afil_core.registry import Registry

if TYPE_CHECKING:
    from afil_policy.encoders.base import Encoder

ENCODERS: Registry[Encoder] = Registry(
    "encoders",
    "encoder",
    {
        "paper_cnn": "afil_policy.encoders.paper_cnn:PaperCnn",
        "resnet": "afil_policy.encoders.resnet:ResNet",
        "small_cnn": "afil_policy.encoders.small_cnn:SmallCnn",
        "vit": "afil_policy.encoders.vit:Vit",
    },
)
