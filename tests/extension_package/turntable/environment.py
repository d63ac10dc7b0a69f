"""Environment ``turntable/Spin-v0``: the disc as somebody else's simulator, and its set-up."""

from __future__ import annotations

from typing import Any

import gymnasium
import numpy as np
from numpy.typing import NDArray

from afil_sim.bodies import Vector
from afil_sim.environments import Environment


class Spin(gymnasium.Env[NDArray[np.float32], NDArray[np.float32]]):
    """Turn a disc until its mark is at the top. It knows nothing of AFIL."""

    metadata = {"render_modes": ["rgb_array"], "render_fps": 10}
    observation_space = gymnasium.spaces.Box(-np.pi, np.pi, (1,))
    action_space = gymnasium.spaces.Box(-0.2, 0.2, (1,))

    def __init__(self, render_mode: str | None = None) -> None:
        self.render_mode = render_mode
        self.heading = 0.0

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> Any:
        """Point the disc anywhere."""
        super().reset(seed=seed)
        self.heading = float(self.np_random.uniform(-2, 2))
        return np.array([self.heading], np.float32), {}

    def step(self, action: NDArray[np.float32]) -> Any:
        """Turn."""
        self.heading += float(action[0])
        at_top = abs(self.heading) < 0.1
        return np.array([self.heading], np.float32), float(at_top), at_top, False, {}

    def render(self) -> Any:
        """A bright column where the mark is."""
        picture = np.zeros((24, 32, 3), np.uint8)
        picture[:, round(16 + 7 * self.heading)] = 255
        return picture


gymnasium.register("turntable/Spin-v0", "turntable.environment:Spin", max_episode_steps=40)


class SpinSetUp(Environment):
    """What AFIL is to know of it: words for the task, names for its numbers, an expert."""

    words = "turn the white mark to the top"

    @property
    def streams(self) -> dict[str, tuple[str, ...]]:
        """One number."""
        return {"disc": ("heading",)}

    def numbers(self) -> dict[str, Vector]:
        """The heading, rad."""
        return {"disc": np.asarray(self.observation, np.float64)}

    @property
    def score(self) -> float:
        """1 at the top, 0 at the bottom."""
        return 1 - float(np.abs(self.observation[0])) / np.pi

    @property
    def has_expert(self) -> bool:
        """It has the one below."""
        return True

    def expert_action(self) -> Vector:
        """Turn back by a share of what is left; the space's limits cap it."""
        return self.acted.encode(-0.5 * np.asarray(self.observation, np.float64))
