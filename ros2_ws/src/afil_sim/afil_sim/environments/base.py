"""What an environment is: a Gymnasium environment with its cameras, its expert and its verdict.

This one serves any. An environment that says more of itself is a subclass in a file of its own.
"""

from __future__ import annotations

import traceback
from typing import Any, ClassVar, Final

import cv2
import gymnasium
import numpy as np
from pydantic import Field, PositiveInt

from afil_core.errors import AfilError
from afil_core.schema import Schema
from afil_sim.bodies import Vector
from afil_sim.cues import Image

# Chooses how OpenGL is reached, before an environment imports MuJoCo.
from afil_sim.environments.mujoco_views import MujocoViews
from afil_sim.environments.spaces import Acted, Observed

# Where an environment says neither how fast it goes nor how long.
_RATE_HZ: Final = 10.0
_MAX_STEPS: Final = 1000
# Keys of ``info`` that say whether it is solved.
_SUCCESS: Final = ("success", "is_success")


class Environment:
    """A Gymnasium environment.

    It is solved when its ``info`` says so (``success`` or ``is_success``); where that has no word
    of it, when the return reaches the ``reward_threshold`` that it is registered with, and where
    there is none, when it terminates. Its expert is its method ``expert_action()``, or
    ``expert_action`` in its ``info``.

    Args:
        config: Settings.
        env: Its Gymnasium id.

    Raises:
        AfilError: When there is none, it does not start, or it can't be a robot.

    Attributes:
        acted: Its action as numbers.
    """

    class Config(Schema):
        """Settings.

        Attributes:
            cameras: Cameras of the contract that is made from it, the first one is the anchor; a
                MuJoCo environment has named ones. None: its own view.
            size: Height and width of their images, px.
            instruction: The task in words; empty: what the environment says.
            action_repeat: Steps of the environment per control step.
            max_steps: Control steps after which an episode ends; 0: the environment's own.
            make: Keyword arguments of ``gymnasium.make``.
        """

        cameras: tuple[str, ...] = ()
        size: tuple[PositiveInt, PositiveInt] = (128, 128)
        instruction: str = ""
        action_repeat: int = Field(1, ge=1)
        max_steps: int = Field(0, ge=0)
        make: dict[str, Any] = {}

    words: ClassVar[str] = "do what is rewarded"
    """The task in words, where nobody says."""

    def __init__(self, config: Config, env: str) -> None:
        self.config = config
        self.id = env
        self.env = self.make()
        self.acted = Acted(self.env.action_space, env)
        self._observed = Observed(self.env.observation_space)
        world = self.env.unwrapped
        self._views = MujocoViews(world) if hasattr(world, "mujoco_renderer") else None
        self.observation: Any = None
        self.info: dict[str, Any] = {}
        self._return = 0.0
        self._terminated = self._truncated = False

    def make(self) -> gymnasium.Env[Any, Any]:
        """Make the environment itself."""
        try:
            return gymnasium.make(self.id, **{"render_mode": "rgb_array", **self.config.make})
        except gymnasium.error.DependencyNotInstalled as error:
            raise AfilError(f"environment {self.id}: {error}") from error
        except (gymnasium.error.Error, ImportError, TypeError) as error:
            raise AfilError(
                f"environment {self.id} cannot be made ({error}); the id is the one of "
                f"gymnasium.make, with the module in front where one has to be imported "
                f"(my_package:MyEnv-v0), and arguments go into its option make"
            ) from error
        except Exception as error:  # whatever somebody's code raises
            last = traceback.extract_tb(error.__traceback__)[-1]
            raise AfilError(
                f"environment {self.id} cannot be made: {type(error).__name__} in "
                f"{last.filename}, line {last.lineno} ({error})"
            ) from error

    @property
    def instruction(self) -> str:
        """The task in words."""
        return self.config.instruction or self.words

    @property
    def rate_hz(self) -> float:
        """Control steps per second."""
        return float(self.env.metadata.get("render_fps") or _RATE_HZ) / self.config.action_repeat

    @property
    def max_steps(self) -> int:
        """Control steps after which an episode ends."""
        spec = self.env.spec
        own = spec.max_episode_steps if spec is not None and spec.max_episode_steps else None
        steps = _MAX_STEPS if own is None else -(-own // self.config.action_repeat)
        return self.config.max_steps or steps

    @property
    def streams(self) -> dict[str, tuple[str, ...]]:
        """What a policy may know besides the pictures: names of numbers, by stream."""
        return self._observed.names

    @property
    def noise_scale(self) -> Vector:
        """What noise of 1 adds to each number of an action [D]: here half of its range."""
        scale: Vector = (self.acted.high - self.acted.low) / 2
        return scale if self.acted.continuous else np.zeros_like(scale)

    def numbers(self) -> dict[str, Vector]:
        """The numbers of each stream now."""
        return self._observed.read(self.observation)

    def reset(self, seed: int) -> None:
        """Begin the episode of a seed."""
        self._return = 0.0
        self._terminated = self._truncated = False
        self.observation, self.info = self.env.reset(seed=seed)

    def step(self, numbers: Vector) -> None:
        """Act for one control step.

        Args:
            numbers: The action as numbers [D].
        """
        action = self.acted.decode(numbers)
        for _ in range(self.config.action_repeat):
            if self.over or self.success:
                return
            self.observation, reward, self._terminated, self._truncated, self.info = self.env.step(
                action
            )
            self._return += float(reward)

    @property
    def over(self) -> bool:
        """Whether it goes on no longer."""
        return self._terminated or self._truncated

    @property
    def success(self) -> bool:
        """Whether it is solved."""
        for key in _SUCCESS:
            if key in self.info:
                return bool(self.info[key])
        spec = self.env.spec
        if spec is not None and spec.reward_threshold is not None:
            # A return that may still fall tells nothing.
            return self.over and self._return >= spec.reward_threshold
        return self._terminated

    @property
    def score(self) -> float:
        """How well it went, 0..1: ``score`` of its info, or whether it is solved."""
        return float(np.clip(self.info.get("score", self.success), 0.0, 1.0))

    @property
    def has_expert(self) -> bool:
        """Whether somebody knows what to do; asked after a reset."""
        return callable(self._expert) or "expert_action" in self.info

    @property
    def _expert(self) -> Any:
        return getattr(self.env.unwrapped, "expert_action", None)

    def expert_action(self) -> Vector:
        """What its expert does now, as numbers [D].

        Raises:
            AfilError: When it has none.
        """
        if not self.has_expert:
            raise AfilError(
                f"environment {self.id} has no expert: give it a method expert_action(), or "
                f"expert_action in its info, or record another demonstrator with source:=external"
            )
        action = self._expert() if callable(self._expert) else self.info["expert_action"]
        return self.acted.encode(action)

    def image(self, camera: str, size: tuple[int, int]) -> Image:
        """What a camera sees: RGB [H, W, 3].

        Args:
            camera: Its name; empty for the environment's own view.
            size: Height and width, px.

        Raises:
            AfilError: When there is no such camera.
        """
        self.require_camera(camera)
        if self._views is not None:
            return self._views.image(camera, size)
        picture: Any = self.env.render()
        if not isinstance(picture, np.ndarray) or picture.dtype != np.uint8:
            raise AfilError(
                f"environment {self.id} renders no rgb_array, but a {type(picture).__name__}"
            )
        if picture.shape[:2] == size:
            return picture
        return np.asarray(cv2.resize(picture, size[::-1], interpolation=cv2.INTER_AREA), np.uint8)

    def require_camera(self, camera: str) -> None:
        """Refuse a camera that it has not.

        Raises:
            AfilError: Naming those that it has.
        """
        if self._views is not None:
            self._views.require(camera, self.id)
        elif camera:
            raise AfilError(
                f"environment {self.id} has no camera '{camera}'; it has its own view alone"
            )

    def close(self) -> None:
        """Free what it holds."""
        if self._views is not None:
            self._views.close()
        self.env.close()  # type: ignore[no-untyped-call]
