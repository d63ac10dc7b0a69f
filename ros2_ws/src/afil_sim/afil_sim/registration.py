"""Registration of the worlds with Gymnasium.

The function is this distribution's entry point in the group ``gymnasium.envs``. Gymnasium
itself stopped loading that group with 1.0; whoever wants the worlds without naming this package
calls the group's entry points, and ``import afil_sim`` registers them too.
"""

from __future__ import annotations

import gymnasium

LIFT_CARROT = "afil_sim/LiftCarrot-v0"


def register_environments() -> None:
    """Register every world of this package; a second call changes nothing."""
    if LIFT_CARROT not in gymnasium.registry:
        gymnasium.register(
            LIFT_CARROT,
            entry_point="afil_sim.lift_carrot_env:LiftCarrotEnv",
            # Images make the checker's copies expensive; a test runs the checker instead.
            disable_env_checker=True,
        )
