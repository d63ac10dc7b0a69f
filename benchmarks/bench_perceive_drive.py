"""Simulated drives, and whether perception keeps what is dangerous in them, by the simulator."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from afil_core.saliency import Box, KeyObject, box_center
from afil_perception.clips.clip import Rgb
from afil_perception.track.instances import mask_box
from afil_sim.running.environment import TaskEnv

SIZE = (180, 320)
# Every so many steps of 50 ms a frame is drawn.
EVERY = 4
FRAME_NS = EVERY * 50_000_000
# Of a hazard's pixels, that must be seen for it to be there; a pedestrian at 25 m has as many.
_LEAST_PIXELS = 60
# Around its box, px.
_MARGIN = 3.0


@dataclass(frozen=True)
class Ride:
    """An episode with its truth.

    Attributes:
        scenario: Its name.
        instruction: The task in words.
        images: uint8 [H, W, 3] each.
        hazards: By frame, the boxes of the actors that the scenario is about, where they are seen.
    """

    scenario: str
    instruction: str
    images: tuple[Rgb, ...]
    hazards: tuple[tuple[Box, ...], ...]


def ride(seed: int) -> Ride:
    """An episode of the task drive, driven by its expert.

    Args:
        seed: Draws it; ten in a row are the ten scenarios.
    """
    env = TaskEnv("drive", world={"name": "town", "draws": False})
    try:
        return _ride(env, seed)
    finally:
        env.close()


def _ride(env: TaskEnv, seed: int) -> Ride:
    _, info = env.reset(seed=seed)
    task: Any = env.task
    town = task.world
    images, hazards = [], []
    done, k = False, 0
    while not done:
        if k % EVERY == 0:
            traffic, weather = town.traffic, town.weather
            images.append(town.painter.paint(traffic, weather, town.seed, SIZE))
            ids = town.painter.masks(traffic, weather, SIZE)
            keys = [actor.id for actor in traffic.visible if actor.role == "key"]
            seen = [ids == number for number in keys]
            boxes = [mask_box(mask) for mask in seen if np.count_nonzero(mask) >= _LEAST_PIXELS]
            hazards.append(tuple(box for box in boxes if box is not None))
        _, _, terminated, truncated, info = env.step(info["expert_action"])
        done, k = terminated or truncated, k + 1
    return Ride(task.scenario, task.config.instruction, tuple(images), tuple(hazards))


def hits(kept: Sequence[Sequence[KeyObject]], hazards: Sequence[Sequence[Box]]) -> tuple[int, int]:
    """Frames in which a key object's center is in a hazard's box; frames with a hazard."""
    dangerous = [(k, boxes) for k, boxes in enumerate(hazards) if boxes]
    hit = sum(
        any(_inside(box_center(o.box), box) for o in kept[k] for box in boxes)
        for k, boxes in dangerous
    )
    return hit, len(dangerous)


def _inside(point: tuple[float, float], box: Box) -> bool:
    x, y = point
    return box[0] - _MARGIN <= x <= box[2] + _MARGIN and box[1] - _MARGIN <= y <= box[3] + _MARGIN
