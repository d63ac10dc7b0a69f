"""Confounding cues: something in the image that predicts the expert's action and causes nothing.

A cue is painted by one function, whatever it is to show. This is the one place that knows how
cues are called.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from afil_sim.bodies import Vector

# Nothing; what the expert does in this frame; what it does in a frame drawn at random; what was
# done last, whoever did it.
CueName: TypeAlias = Literal["none", "intact", "broken", "previous"]
Image: TypeAlias = NDArray[np.uint8]


class Cue:
    """The cue of an episode.

    ``broken`` draws a fresh action for every frame from those that the same expert takes in
    states of its own choosing; state and image of the episode have no say in it.

    Args:
        name: Which cue.
        paint: Paints an action on a copy of an image.
        random_action: Draws an action from the expert's distribution of actions.
    """

    def __init__(
        self,
        name: CueName,
        paint: Callable[[Image, Vector], Image],
        random_action: Callable[[np.random.Generator], Vector],
    ) -> None:
        self.name = name
        self._paint = paint
        self._random_action = random_action
        self.reset(0)

    def reset(self, seed: int) -> None:
        """Start an episode; a broken cue depends on this seed alone."""
        self._rng = np.random.default_rng([seed, 0x637565])

    def paint(
        self, image: Image, expert_action: Callable[[], Vector], last_action: Callable[[], Vector]
    ) -> Image:
        """The frame [H, W, 3] with the cue.

        Args:
            image: The frame.
            expert_action: Tells the expert's action in it.
            last_action: Tells the action that led to it.
        """
        if self.name == "none":
            return image
        shown: dict[str, Callable[[], Vector]] = {
            "intact": expert_action,
            "previous": last_action,
            "broken": lambda: self._random_action(self._rng),
        }
        return self._paint(image, shown[self.name]())
