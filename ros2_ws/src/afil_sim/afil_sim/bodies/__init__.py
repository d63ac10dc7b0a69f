"""Bodies: what a contract's commands move, and what its observations measure."""

from afil_sim.bodies.base import Body, Vector

__all__ = ["Body", "Vector"]
