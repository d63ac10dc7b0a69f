"""Every task behind the Gymnasium API: ``afil_sim/LiftCarrot-v0`` is the task ``lift_carrot``.

The action is that of the robot's contract; for an arm, a step of the end effector, integrated on
the last commanded target, and a target width of the gripper.
"""

from __future__ import annotations

from typing import Any, SupportsFloat

import gymnasium
import numpy as np
from gymnasium import spaces

from afil_core.contract import Contract, load_contract
from afil_core.errors import AfilError
from afil_sim.bodies import Vector
from afil_sim.cues import Image
from afil_sim.tasks import TASKS, Observations, make_task


class TaskEnv(gymnasium.Env[Observations, Vector]):
    """Gymnasium environment of a task.

    Args:
        task: Name of the task.
        contract: The robot's contract, or its name or file; the task's own robot when empty.
        render_mode: ``rgb_array`` or None.
        options: Of the task's ``Config``, e.g. ``cue`` or ``max_steps``.

    Raises:
        AfilError: When there is no such task, or an option does not fit.
    """

    metadata: dict[str, Any] = {"render_modes": ["rgb_array"], "render_fps": 10}

    def __init__(
        self,
        task: str,
        contract: Contract | str = "",
        render_mode: str | None = None,
        **options: Any,
    ) -> None:
        self.render_mode = render_mode
        contract = contract or TASKS.select(task).config.robot
        self.contract = load_contract(contract) if isinstance(contract, str) else contract
        self.metadata = self.metadata | {"render_fps": self.contract.control_rate_hz}
        self.task = make_task(self.contract, task, **options)
        self.observation_space, self.action_space = _spaces(self.contract)
        self._image: Image | None = None
        self._seed = 0

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Observations, dict[str, Any]]:
        """Draw a scene.

        Args:
            seed: Decides everything in the episode that is random; drawn when None.
            options: None are known.

        Returns:
            The observations by the contract's names, and the info: ``success``, ``score``,
            ``seed``, ``expert_action`` [D] where there is an expert, and what the task adds.

        Raises:
            AfilError: When there are options.
        """
        if options:
            raise AfilError(
                f"task '{self.task.name}' knows no reset option '{next(iter(options))}'; give "
                f"options when you make the environment"
            )
        super().reset(seed=seed)
        self._seed = int(self.np_random.integers(2**31)) if seed is None else seed
        return self._seen(self.task.reset(self._seed)), self._info()

    def step(
        self, action: Vector
    ) -> tuple[Observations, SupportsFloat, bool, bool, dict[str, Any]]:
        """Take one control step.

        Args:
            action: Action [D] of the contract; clipped to its limits.

        Returns:
            Observations, reward (1 on success), terminated, truncated, info as in :meth:`reset`.

        Raises:
            AfilError: When the action is not D finite numbers.
        """
        task = self.task
        task.world.body.act(action)
        seen = self._seen(task.step())
        return seen, float(task.success), task.over, task.done and not task.over, self._info()

    def _seen(self, observations: Observations) -> Observations:
        self._image = observations[self.contract.anchor]
        return observations

    def _info(self) -> dict[str, Any]:
        task = self.task
        shown = {"expert_action": task.expert_action()} if task.has_expert else {}
        own = {"success": task.success, "score": task.score, "seed": self._seed}
        return {**own, **shown, **task.info()}

    def render(self) -> Image | None:  # type: ignore[override]
        """The last image [H, W, 3] of the anchor; None without a render mode."""
        return self._image if self.render_mode == "rgb_array" else None

    def close(self) -> None:
        """Free the world."""
        self.task.close()


def _spaces(contract: Contract) -> tuple[spaces.Dict, spaces.Box]:
    """Observation and action space that a contract describes."""
    streams: dict[str, spaces.Space[Any]] = {}
    for stream in contract.observations:
        if stream.is_image:
            streams[stream.name] = spaces.Box(0, 255, stream.shape, np.uint8)
        else:
            streams[stream.name] = spaces.Box(-np.inf, np.inf, stream.shape, np.float64)
    assert contract.action is not None
    low = np.array([d.minimum for d in contract.action.dimensions])
    high = np.array([d.maximum for d in contract.action.dimensions])
    return spaces.Dict(streams), spaces.Box(low, high, dtype=np.float64)
