"""Methods: a policy and how it is trained. One file each, chosen by name."""

from __future__ import annotations

from afil_core.registry import Registry
from afil_policy.methods.base import Losses, Method
from afil_policy.methods.spec import Camera, Spec

METHODS: Registry[Method] = Registry(
    "methods",
    "method",
    {
        "autofocus": "afil_policy.methods.autofocus:Autofocus",
        "bc": "afil_policy.methods.bc:BehaviorCloning",
    },
)

__all__ = ["METHODS", "Camera", "Losses", "Method", "Spec"]
