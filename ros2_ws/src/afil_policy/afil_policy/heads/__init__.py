"""Heads: a latent vector to actions. One file each, chosen by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from afil_core.registry import Registry

if TYPE_CHECKING:
    from afil_policy.heads.base import Head

HEADS: Registry[Head] = Registry(
    "heads",
    "head",
    {
        "bins": "afil_policy.heads.bins:BinsHead",
        "diffusion": "afil_policy.heads.diffusion:DiffusionHead",
        "flow": "afil_policy.heads.flow:FlowHead",
        "gaussian": "afil_policy.heads.gaussian:GaussianHead",
        "mixture": "afil_policy.heads.mixture:MixtureHead",
        "mse": "afil_policy.heads.mse:MseHead",
        "transformer": "afil_policy.heads.transformer:TransformerHead",
    },
)
