"""``afil_sim/LiftCarrot-v0``: the task behind the Gymnasium API.

The action is that of the contract ``franka``: a step of the end effector, integrated on the
last commanded target, and a target width of the gripper.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, SupportsFloat

import gymnasium
import numpy as np
import numpy.typing as npt
from gymnasium import spaces

from afil_core.contract import Contract, load_contract
from afil_core.errors import AfilError
from afil_sim.franka.kinematics import Vector
from afil_sim.lift_carrot import LiftCarrot, LiftCarrotConfig
from afil_sim.target import TargetIntegrator

Observation = dict[str, npt.NDArray[Any]]


class LiftCarrotEnv(gymnasium.Env[Observation, Vector]):
    """Gymnasium environment of the task ``lift_carrot``.

    Args:
        cue: One of :data:`afil_sim.cue.CUES`.
        max_steps: Control steps after which an episode is truncated.
        config: The task; its ``cue`` and ``max_steps`` are replaced. The defaults when None.
        render_mode: ``rgb_array`` or None.
    """

    metadata = {"render_modes": ["rgb_array"], "render_fps": 10}  # noqa: RUF012

    def __init__(
        self,
        cue: str = "none",
        max_steps: int = 70,
        config: LiftCarrotConfig | None = None,
        render_mode: str | None = None,
    ) -> None:
        self.render_mode = render_mode
        self.contract: Contract = load_contract("franka")
        self.task = LiftCarrot(replace(config or LiftCarrotConfig(), cue=cue, max_steps=max_steps))
        self.observation_space, self.action_space = _spaces(self.contract)
        self._integrator = TargetIntegrator(self.contract)
        self._image: npt.NDArray[np.uint8] | None = None
        self._seed = 0

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Observation, dict[str, Any]]:
        """Draw a scene.

        Args:
            seed: Decides everything in the episode that is random; drawn when None.
            options: None are known.

        Returns:
            The observation (see :meth:`LiftCarrot.observe`) and the info: ``success``,
            ``seed``, ``target_object_pose`` [7], ``expert_action`` [7].

        Raises:
            AfilError: When there are options.
        """
        if options:
            raise AfilError(f"LiftCarrot-v0 knows no reset option '{next(iter(options))}'")
        super().reset(seed=seed)
        self._seed = int(self.np_random.integers(2**31)) if seed is None else seed
        observation = self.task.reset(self._seed)
        self._integrator.reset(observation["ee_pose"])
        self._image = observation["front_image"]
        return observation, self._info()

    def step(
        self, action: Vector
    ) -> tuple[Observation, SupportsFloat, bool, bool, dict[str, Any]]:
        """Take one control step.

        Args:
            action: Action [7] of the contract: dx, dy, dz (m), rotation vector (rad), target
                width (m); clipped to the contract's limits.

        Returns:
            Observation, reward (1 on success), terminated, truncated, info as in :meth:`reset`.

        Raises:
            AfilError: When the action is not seven finite numbers.
        """
        observation = self.task.step(*self._integrator.apply(action))
        self._image = observation["front_image"]
        success = self.task.success
        return observation, float(success), success, self.task.done and not success, self._info()

    def _info(self) -> dict[str, Any]:
        return {
            "success": self.task.success,
            "seed": self._seed,
            "target_object_pose": self.task.target_object_pose,
            "expert_action": self.task.expert_action(),
        }

    def render(self) -> npt.NDArray[np.uint8] | None:  # type: ignore[override]
        """The last camera image [H, W, 3]; None without a render mode."""
        return self._image if self.render_mode == "rgb_array" else None

    def close(self) -> None:
        """Free the renderer."""
        self.task.close()


def _spaces(contract: Contract) -> tuple[spaces.Dict, spaces.Box]:
    """Observation and action space that a contract describes."""
    streams: dict[str, spaces.Space[Any]] = {}
    for stream in contract.observations:
        if stream.kind == "image":
            streams[stream.name] = spaces.Box(0, 255, stream.shape, np.uint8)
        else:
            streams[stream.name] = spaces.Box(-np.inf, np.inf, stream.shape, np.float64)
    assert contract.action is not None
    low = np.array([d.minimum for d in contract.action.dimensions])
    high = np.array([d.maximum for d in contract.action.dimensions])
    return spaces.Dict(streams), spaces.Box(low, high, dtype=np.float64)
