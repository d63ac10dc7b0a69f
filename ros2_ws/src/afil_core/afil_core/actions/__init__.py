"""Action kinds: what a policy decides, how it is demonstrated and how it is limited.

One file each, chosen by name.
"""

from __future__ import annotations

from afil_core.actions.base import Action, ActionConfig, Commands, Dimension
from afil_core.actions.demonstrated import DemonstratedActions
from afil_core.actions.pose import apply_delta, clip_delta, delta_between
from afil_core.actions.series import CommandSeries
from afil_core.actions.smoothness import Smoothness
from afil_core.actions.target import Box, PoseLimits, TargetIntegrator
from afil_core.registry import Registry

ACTIONS: Registry[Action] = Registry(
    "actions",
    "action kind",
    {
        "ee_delta": "afil_core.actions.ee_delta:EndEffectorDelta",
        "joint": "afil_core.actions.joint:JointTargets",
        "vehicle_control": "afil_core.actions.vehicle_control:VehicleControlAction",
        "vector": "afil_core.actions.vector:VectorAction",
    },
)

__all__ = [
    "ACTIONS",
    "Action",
    "ActionConfig",
    "Box",
    "CommandSeries",
    "Commands",
    "DemonstratedActions",
    "Dimension",
    "PoseLimits",
    "Smoothness",
    "TargetIntegrator",
    "apply_delta",
    "clip_delta",
    "delta_between",
]
