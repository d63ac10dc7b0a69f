"""``Reacher-v5`` of Gymnasium: an arm of two links that reaches for a ball."""

from __future__ import annotations

from typing import Any, ClassVar, Final

import numpy as np
from pydantic import PositiveInt

from afil_sim.bodies import Vector
from afil_sim.environments.base import Environment

# Lengths of the links, m.
_LINKS: Final = (0.1, 0.11)
_REACHED_M: Final = 0.02
# The camera looks down on all that the arm reaches.
_ABOVE: Final = {"trackbodyid": 0, "distance": 0.62, "elevation": -90.0}
# Of a controller on the joints' angles: torque per rad, and per rad/s.
_STIFFNESS, _DAMPING = 0.5, 0.09


class Reacher(Environment):
    """The arm sees itself in numbers, and the ball in the picture alone."""

    class Config(Environment.Config):
        """Settings."""

        size: tuple[PositiveInt, PositiveInt] = (64, 64)

    words: ClassVar[str] = "reach for the red ball"

    def make(self) -> Any:
        """It is seen from above."""
        make = {"default_camera_config": _ABOVE, **self.config.make}
        return Environment(self.config.model_copy(update={"make": make}), self.id).env

    @property
    def streams(self) -> dict[str, tuple[str, ...]]:
        """Angles and speeds of the joints."""
        return {"arm": ("cos_1", "cos_2", "sin_1", "sin_2", "speed_1", "speed_2")}

    def numbers(self) -> dict[str, Vector]:
        """The first four of its numbers, and the seventh and eighth."""
        return {"arm": np.asarray(self.observation, np.float64)[[0, 1, 2, 3, 6, 7]]}

    @property
    def distance(self) -> float:
        """From the fingertip to the ball, m."""
        return float(np.linalg.norm(self.observation[8:10]))

    @property
    def success(self) -> bool:
        """Whether the fingertip is at the ball."""
        return self.distance < _REACHED_M

    @property
    def score(self) -> float:
        """1 at the ball, 0 where the arm is as far away as it is long."""
        return max(0.0, 1.0 - max(0.0, self.distance - _REACHED_M) / sum(_LINKS))

    @property
    def has_expert(self) -> bool:
        """Two links are solved on paper."""
        return True

    def expert_action(self) -> Vector:
        """Torques [2] towards the angles at which the fingertip is at the ball."""
        seen = np.asarray(self.observation, np.float64)
        angles, speeds = np.arctan2(seen[2:4], seen[0:2]), seen[6:8]
        error = np.array(_angles(seen[4:6], float(np.sign(angles[1]) or 1.0))) - angles
        # The first joint turns on for ever, so the shorter way is open.
        error[0] = (error[0] + np.pi) % (2 * np.pi) - np.pi
        return self.acted.encode(_STIFFNESS * error - _DAMPING * speeds)


def _angles(ball: Vector, side: float) -> tuple[float, float]:
    """Angles of both joints, rad, with the elbow on a side (1 or -1)."""
    first, second = _LINKS
    reach = (float(ball @ ball) - first**2 - second**2) / (2 * first * second)
    elbow = side * float(np.arccos(np.clip(reach, -1.0, 1.0)))
    beyond = np.arctan2(second * np.sin(elbow), first + second * np.cos(elbow))
    return float(np.arctan2(ball[1], ball[0]) - beyond), elbow
