"""``Meta-World/<task>``: the tasks of Meta-World with their own scripted policies.

Its environments are made as its benchmarks make them, but for the picture: the marks that it draws
at the goal and in the gripper are hidden where a person would not see them either, and there may
be things on the table that do not matter.
"""

from __future__ import annotations

import warnings
from typing import Any, ClassVar, Final

import numpy as np
from pydantic import Field

from afil_core.errors import AfilError
from afil_core.optional import optional
from afil_core.schema import nearest
from afil_sim.bodies import Vector
from afil_sim.cues import Image
from afil_sim.environments.base import Environment
from afil_sim.physics.offscreen import mujoco

# It asks for an older MuJoCo than ours, with which it works as well.
_NEEDED: Final = (
    "environment Meta-World",
    "pip install --no-deps -r requirements-metaworld.txt",
)
_INSTRUCTIONS: Final = {
    "drawer-open-v3": "open the green drawer",
    "button-press-v3": "press the red button",
    "pick-place-v3": "put the red puck at the blue ball",
    "push-v3": "push the red puck to the green disc",
}
# Tasks whose goal nothing else in the picture shows.
_SHOWN_GOALS: Final = ("pick-place-v3", "push-v3", "reach-v3")
# Cameras that Meta-World mounts upside down.
_UPSIDE_DOWN: Final = ("corner", "corner2", "corner3", "corner2_close")
# ``corner2`` nearer to the table, where other work on images puts it.
_CLOSE, _CLOSE_AT = "corner2_close", (0.75, 0.075, 0.7)
_SHAPES: Final = ("box", "cylinder", "sphere", "capsule")
_COLORS: Final = (
    (0.13, 0.30, 0.80),
    (0.45, 0.20, 0.68),
    (0.90, 0.75, 0.10),
    (0.80, 0.22, 0.58),
    (0.20, 0.21, 0.24),
    (0.93, 0.93, 0.90),
)
_SIZE: Final = 0.028
# Where things lie beside the robot's way, m: distance from its middle plane, and along it.
_ASIDE, _ALONG = (0.24, 0.38), (0.48, 0.82)
_SPACING: Final = 0.09


class MetaWorld(Environment):
    """A task of Meta-World: a Sawyer arm whose hand is moved, seen by one camera."""

    class Config(Environment.Config):
        """Settings.

        Attributes:
            distractors: Things on the table that do not matter.
        """

        cameras: tuple[str, ...] = (_CLOSE,)
        # Its 80 steps a second are more than anybody commands.
        action_repeat: int = Field(4, ge=1)
        max_steps: int = Field(60, ge=0)
        distractors: int = Field(0, ge=0, le=6)

    words: ClassVar[str] = ""
    config: Config

    def make(self) -> Any:
        """The environment with its distractors, goals in sight of the expert alone."""
        table = optional("metaworld.env_dict", *_NEEDED).ALL_V3_ENVIRONMENTS
        self.task = self.id.partition("/")[2]
        if self.task not in table:
            known = list(table)
            raise AfilError(
                f"there is no environment {self.id}; {nearest(self.task, known)}Meta-World has "
                f"{', '.join(known)}"
            )
        self._policy = optional("metaworld.policies", *_NEEDED).ENV_POLICY_MAP[self.task]()
        try:
            env = _cluttered(table[self.task], self.config.distractors)(**self.config.make)
        except TypeError as error:
            raise AfilError(
                f"environment {self.id} cannot be made ({error}); its option make has arguments "
                f"of Meta-World's class"
            ) from error
        # What its benchmarks do by pickled tasks: draw the scene by seed, and show the goal.
        env._partially_observable, env._set_task_called = False, True
        env._freeze_rand_vec, env.seeded_rand_vec = False, True
        del env.sawyer_observation_space
        model = env.model
        shown = {"goal"} if self.task in _SHOWN_GOALS else set()
        for i in range(model.nsite):
            if not any(model.site(i).name.startswith(name) for name in shown):
                model.site_rgba[i, 3] = 0.0
        return env

    @property
    def instruction(self) -> str:
        """The task in words; its name where there are no others."""
        own = self.task.rpartition("-")[0].replace("-", " ")
        return self.config.instruction or _INSTRUCTIONS.get(self.task, own)

    def reset(self, seed: int) -> None:
        """Draw the task's scene and what else lies on the table."""
        world = self.env.unwrapped
        world.seed(seed)  # type: ignore[attr-defined]
        super().reset(seed)
        self.info = {}
        _scatter(world.model, np.random.default_rng([seed, 0x6D77]))  # type: ignore[attr-defined]
        mujoco.mj_forward(world.model, world.data)  # type: ignore[attr-defined]

    @property
    def streams(self) -> dict[str, tuple[str, ...]]:
        """Where the hand is and how far it is open; where things are, the picture says."""
        return {"hand": ("x", "y", "z", "opening")}

    @property
    def noise_scale(self) -> Vector:
        """Noise on the hand's motion; a gripper whose effort trembles drops things."""
        return np.array([1.0, 1.0, 1.0, 0.0])

    def numbers(self) -> dict[str, Vector]:
        """The first four numbers: m, and the opening as a share."""
        return {"hand": np.array(self.observation[:4], dtype=np.float64)}

    @property
    def success(self) -> bool:
        """Whether Meta-World says so."""
        return bool(self.info.get("success", False))

    @property
    def has_expert(self) -> bool:
        """Each task has one."""
        return True

    def expert_action(self) -> Vector:
        """What Meta-World's own scripted policy does: motion of the hand and effort [4]."""
        with warnings.catch_warnings():
            # It says of itself that it asks for more than there is.
            warnings.simplefilter("ignore")
            return self.acted.encode(self._policy.get_action(np.array(self.observation)))

    def image(self, camera: str, size: tuple[int, int]) -> Image:
        """What a camera sees, the right way up."""
        camera = camera or _CLOSE
        seen = super().image(camera, size)
        return np.ascontiguousarray(seen[::-1, ::-1]) if camera in _UPSIDE_DOWN else seen


def _cluttered(kind: Any, count: int) -> Any:
    """A class of Meta-World with things in its model that touch nothing, and a nearer camera."""

    class Cluttered(kind):
        def _initialize_simulation(self) -> Any:
            spec = mujoco.MjSpec.from_file(self.fullpath)
            for i in range(count):
                shape = getattr(mujoco.mjtGeom, f"mjGEOM_{_SHAPES[i % len(_SHAPES)].upper()}")
                body = spec.worldbody.add_body(name=f"distractor_{i}", pos=[2.0, 0.0, _SIZE])
                body.add_geom(type=shape, size=[_SIZE] * 3, contype=0, conaffinity=0)
            spec.worldbody.add_camera(name=_CLOSE, pos=_CLOSE_AT)
            # Samples per pixel: half of the time of an image, and the network sees less than that.
            spec.visual.quality.offsamples = 0
            model = spec.compile()
            old, new = model.camera("corner2"), model.camera(_CLOSE)
            new.quat[:], new.fovy[:] = old.quat, old.fovy
            return model, mujoco.MjData(model)

    return Cluttered


def _scatter(model: Any, rng: np.random.Generator) -> None:
    """Put the distractors beside the robot's way."""
    colors = rng.permutation(len(_COLORS))
    placed: list[Vector] = []
    for i in range(model.nbody):
        body = model.body(i)
        if not body.name.startswith("distractor_"):
            continue
        while True:
            x = rng.uniform(*_ASIDE) * rng.choice([-1.0, 1.0])
            spot = np.array([x, rng.uniform(*_ALONG)])
            if all(np.linalg.norm(spot - other) > _SPACING for other in placed):
                break
        placed.append(spot)
        body.pos[:2] = spot
        model.geom_rgba[body.geomadr[0], :3] = _COLORS[colors[len(placed) - 1]]
