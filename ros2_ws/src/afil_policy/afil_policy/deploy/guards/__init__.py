"""What may forbid to command: one file each, chosen by name in the contract's ``guards``."""

from __future__ import annotations

from afil_core.registry import Registry
from afil_policy.deploy.guards.base import Guard, GuardTopic

GUARDS: Registry[Guard] = Registry(
    "guards",
    "guard",
    {
        "watchdog": "afil_policy.deploy.guards.watchdog:LiveWatchdog",
        "commander": "afil_policy.deploy.guards.commander:SoleCommander",
        "franka_mode": "afil_policy.deploy.guards.franka_mode:FrankaMode",
        "contact": "afil_policy.deploy.guards.contact:ContactForce",
        "carla_override": "afil_policy.deploy.guards.carla_override:CarlaOverride",
        "operator": "afil_policy.deploy.guards.operator:OperatorEnable",
    },
)

__all__ = ["GUARDS", "Guard", "GuardTopic"]
