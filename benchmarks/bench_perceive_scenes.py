"""Simulated episodes with occlusions, and what is where in them by the simulator."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from afil_core.errors import AfilError
from afil_core.saliency import Box, KeyObject
from afil_perception.clips.clip import Clip, Frame, Loss, Rgb
from afil_perception.describe import Phrase
from afil_perception.track.instances import mask_box
from afil_sim.physics.offscreen import mujoco
from afil_sim.running.environment import TaskEnv

# The world's colors by the words for them; its dark gray is no color to look for.
COLORS = {
    "blue": (0.13, 0.30, 0.80),
    "green": (0.14, 0.55, 0.24),
    "purple": (0.45, 0.20, 0.68),
    "cyan": (0.08, 0.56, 0.60),
    "pink": (0.80, 0.22, 0.58),
}
THINGS = ("cube", "can", "ball", "brick")
TARGET = "orange carrot"
_ARM_GROUP = 2
# Of an object's pixels, that must be seen for it to be there.
_VISIBLE = 0.25
_BOARD = (96, 92, 88)
_LEAST_PIXELS = 24


class ImagesClip(Clip):
    """A clip of images in memory."""

    def __init__(self, images: Sequence[Rgb], step_ns: int = 50_000_000) -> None:
        self._images = images
        self._step_ns = step_ns

    @property
    def identity(self) -> str:
        """None: it is not cached."""
        return ""

    @property
    def times_ns(self) -> Sequence[int]:
        """Evenly spaced."""
        return [k * self._step_ns for k in range(len(self._images))]

    @property
    def lost(self) -> Mapping[int, Loss]:
        """Nothing."""
        return {}

    def __len__(self) -> int:
        """Number of images."""
        return len(self._images)

    def __iter__(self) -> Iterator[Frame]:
        """All of them."""
        return (self.frame(k) for k in range(len(self)))

    def frame(self, index: int) -> Frame:
        """One of them."""
        return Frame(index, index * self._step_ns, self._images[index])


@dataclass(frozen=True)
class Scene:
    """An episode with its truth.

    Attributes:
        images: uint8 [H, W, 3] each.
        phrases: What there is to look for; the first is the target.
        truth: Objects of which enough is visible, frame by frame.
        hidden: Boxes of objects that are there and hidden: whether a tracker tells of them or
            not is all the same.
    """

    images: tuple[Rgb, ...]
    phrases: tuple[Phrase, ...]
    truth: tuple[tuple[KeyObject, ...], ...]
    hidden: tuple[tuple[Box, ...], ...]

    def judged(self, tracked: Sequence[Sequence[KeyObject]]) -> list[list[KeyObject]]:
        """What a tracker told, without what it told of hidden objects."""
        return [
            [o for o in objects if not any(_inside(o.box, box) for box in boxes)]
            for objects, boxes in zip(tracked, self.hidden, strict=True)
        ]


def simulated(seed: int, *, board: bool = True) -> Scene:
    """An episode of the task lift_carrot.

    Args:
        seed: Draws it.
        board: Whether a gray board passes in front of the camera and hides everything in turn.
    """
    env = TaskEnv("lift_carrot")
    try:
        return _simulated(env, seed, board)
    finally:
        env.close()


def _simulated(env: TaskEnv, seed: int, board: bool) -> Scene:
    observations, info = env.reset(seed=seed)
    name = env.contract.images[0].name
    world: Any = env.task.world
    eyes = _Eyes(world.model, name.removesuffix("_image"), observations[name].shape[:2])
    images, truth, hidden = [], [], []
    done, k = False, 0
    while not done:
        image = np.array(observations[name])
        seen, whole = eyes.look(world.data)
        if board:
            cover = _board(k, image.shape[:2])
            image[cover] = _BOARD
            seen = {n: mask & ~cover for n, mask in seen.items()}
        there, away = _judge(seen, whole)
        images.append(image)
        truth.append(there)
        hidden.append(away)
        observations, _, terminated, truncated, info = env.step(info["expert_action"])
        done, k = terminated or truncated, k + 1
    eyes.close()
    phrases = [Phrase(text=TARGET, role="target")]
    phrases += [Phrase(text=p, role="reference") for p in eyes.phrases if p != TARGET]
    return Scene(tuple(images), tuple(phrases), tuple(truth), tuple(hidden))


class _Eyes:
    """The simulator's own view: which pixel is of which thing, with and without the arm."""

    def __init__(self, model: Any, camera: str, shape: tuple[int, int]) -> None:
        self._camera = camera
        self._renderer = mujoco.Renderer(model, *shape)
        self._renderer.enable_segmentation_rendering()
        self._without_arm = mujoco.MjvOption()
        self._without_arm.geomgroup[_ARM_GROUP] = 0
        self._geoms: dict[str, list[int]] = {}
        for k in range(model.ngeom):
            body = model.body(model.geom_bodyid[k]).name
            if body.startswith("fr3") and model.geom_group[k] <= _ARM_GROUP:
                model.geom_group[k] = _ARM_GROUP
            phrase = _phrase(body, tuple(float(v) for v in model.geom_rgba[k, :3]))
            if phrase:
                self._geoms.setdefault(phrase, []).append(k)

    @property
    def phrases(self) -> list[str]:
        """Words for what there is."""
        return list(self._geoms)

    def look(self, data: Any) -> tuple[dict[str, NDArray[np.bool_]], dict[str, NDArray[np.bool_]]]:
        """Masks by phrase: what is seen of each thing, and what would be without the arm."""
        return self._masks(data, None), self._masks(data, self._without_arm)

    def _masks(self, data: Any, option: Any) -> dict[str, NDArray[np.bool_]]:
        if option is None:
            self._renderer.update_scene(data, camera=self._camera)
        else:
            self._renderer.update_scene(data, camera=self._camera, scene_option=option)
        ids, kinds = np.moveaxis(self._renderer.render(), -1, 0)
        ids = np.where(kinds == int(mujoco.mjtObj.mjOBJ_GEOM), ids, -1)
        return {phrase: np.isin(ids, geoms) for phrase, geoms in self._geoms.items()}

    def close(self) -> None:
        """Free the renderer."""
        self._renderer.close()


def _phrase(body: str, rgb: tuple[float, ...]) -> str:
    """Words for a body, empty for what nobody looks for."""
    if body == "carrot":
        return TARGET
    if body not in THINGS:
        return ""
    near = [w for w, c in COLORS.items() if np.allclose(c, rgb, atol=0.02)]
    return f"{near[0]} {body}" if near else ""


def _judge(
    seen: Mapping[str, NDArray[np.bool_]], whole: Mapping[str, NDArray[np.bool_]]
) -> tuple[tuple[KeyObject, ...], tuple[Box, ...]]:
    """Objects that are there, and boxes of those that are hidden."""
    there, hidden = [], []
    for number, (phrase, mask) in enumerate(whole.items(), start=1):
        whole_box = mask_box(mask)
        if whole_box is None:
            continue
        box = mask_box(seen[phrase])
        enough = int(seen[phrase].sum()) >= max(_VISIBLE * int(mask.sum()), _LEAST_PIXELS)
        if box is not None and enough:
            there.append(KeyObject(number, phrase, 1.0, box))
        else:
            hidden.append(whole_box)
    return tuple(there), tuple(hidden)


def _board(frame: int, shape: tuple[int, int]) -> NDArray[np.bool_]:
    """Where a board is that passes from left to right, again and again."""
    height, width = shape
    x = (frame * 14) % (width + 60) - 60
    cover = np.zeros((height, width), bool)
    cover[:, max(x, 0) : max(x + 56, 0)] = True
    return cover


def _inside(box: Box, whole: Box) -> bool:
    """Whether a box's center is in another, with a margin."""
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return whole[0] - 6 <= x <= whole[2] + 6 and whole[1] - 6 <= y <= whole[3] + 6


def require_motmetrics() -> None:
    """Make sure that motmetrics is there.

    Raises:
        AfilError: When it is not.
    """
    try:
        import motmetrics  # noqa: F401
    except ImportError as error:
        raise AfilError(
            "bench-perceive needs motmetrics; `pip install -r requirements-test.txt`"
        ) from error
