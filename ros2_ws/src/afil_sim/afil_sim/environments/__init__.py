"""Other people's worlds: how a Gymnasium environment is made, seen, demonstrated and judged.

One file each. The id of the environment chooses: by itself (``Reacher-v5``), by its namespace
(``Meta-World`` of ``Meta-World/drawer-open-v3``), and where neither is listed there is ``plain``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from afil_core.registry import Registry
from afil_sim.environments.base import Environment

ENVIRONMENTS: Registry[Environment] = Registry(
    "environments",
    "environment",
    {
        "plain": "afil_sim.environments.base:Environment",
        "Reacher-v5": "afil_sim.environments.reacher:Reacher",
        "Meta-World": "afil_sim.environments.metaworld:MetaWorld",
    },
)
_ANY: Final = "plain"

__all__ = ["ENVIRONMENTS", "Environment", "make_environment"]


def make_environment(env: str, options: Mapping[str, Any] | None = None) -> Environment:
    """Make an environment by its Gymnasium id.

    Args:
        env: The id; ``module:Name-v0`` imports a module first.
        options: Of the environment's ``Config``.

    Raises:
        AfilError: When there is no such environment, its package is not installed, or an option
            or one of its spaces does not fit.
    """
    known = ENVIRONMENTS.names()
    name = env.rpartition(":")[2]
    chosen = next((n for n in (name, name.partition("/")[0]) if n in known), _ANY)
    return ENVIRONMENTS.select(chosen, **(options or {})).build(env)
