"""Heads: a latent vector to actions. One file each, chosen by name."""

from __future__ import annotations

from afil_core.registry import Registry
from afil_policy.heads.base import Head

HEADS: Registry[Head] = Registry("heads", "head", {"mse": "afil_policy.heads.mse:MseHead"})

__all__ = ["HEADS", "Head"]
