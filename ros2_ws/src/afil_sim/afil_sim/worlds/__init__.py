"""Worlds: places where a robot's tasks are simulated. One file each, chosen by name."""

from afil_core.registry import Registry
from afil_sim.worlds.base import World

WORLDS: Registry[World] = Registry(
    "worlds",
    "world",
    {
        "table_top": "afil_sim.worlds.table_top:TableTop",
        "town": "afil_sim.worlds.town:Town",
        "gym": "afil_sim.worlds.gym:GymWorld",
    },
)

__all__ = ["WORLDS", "World"]
