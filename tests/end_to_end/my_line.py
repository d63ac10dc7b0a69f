"""An environment of somebody who knows nothing of AFIL: a point goes home on a line."""

from typing import Any

import gymnasium
import numpy as np


class MyLine(gymnasium.Env[Any, Any]):
    """The point is home at 0; a step is at most 0.2."""

    metadata = {"render_modes": ["rgb_array"], "render_fps": 10}
    observation_space = gymnasium.spaces.Box(-2, 2, (1,))
    action_space = gymnasium.spaces.Box(-0.2, 0.2, (1,))

    def __init__(self, render_mode=None):
        self.render_mode = render_mode

    def reset(self, *, seed=None, options=None):
        """Anywhere but home."""
        super().reset(seed=seed)
        self.place = self.np_random.uniform(0.5, 1.0, 1) * self.np_random.choice([-1, 1])
        return self.place.astype(np.float32), {}

    def step(self, action):
        """Go."""
        self.place = self.place + action
        home = bool(abs(self.place[0]) < 0.1)
        return self.place.astype(np.float32), float(home), home, False, {"success": home}

    def render(self):
        """Home is green, the point red."""
        picture = np.full((48, 64, 3), 230, np.uint8)
        picture[:, 30:34] = (40, 160, 60)
        column = int(32 + 15 * self.place[0])
        picture[20:28, column - 4 : column + 4] = (200, 30, 30)
        return picture

    def expert_action(self):
        """Straight home."""
        return np.clip(-self.place, -0.2, 0.2)


gymnasium.register("MyLine-v0", "my_line:MyLine", max_episode_steps=20)
