"""How the town looks by day, by night and in the rain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from afil_sim.drawing.mesh import Color
from afil_sim.town.stage import WeatherName


@dataclass(frozen=True)
class Weather:
    """A weather.

    Attributes:
        sky: Color of what is far away.
        haze: From where to where things fade into it, m.
        light: Factors on the colors of the town.
        night: Whether windows are lit.
        drops: Streaks of rain in an image of 320x180.
    """

    sky: Color
    haze: tuple[float, float]
    light: Color
    night: bool = False
    drops: int = 0


WEATHERS: Final[dict[WeatherName, Weather]] = {
    "day": Weather((0.62, 0.76, 0.92), (60.0, 260.0), (1.0, 1.0, 1.0)),
    "dusk": Weather((0.86, 0.60, 0.46), (40.0, 220.0), (0.86, 0.68, 0.62)),
    "rain": Weather((0.55, 0.58, 0.62), (15.0, 130.0), (0.66, 0.70, 0.76), drops=70),
    "night": Weather((0.02, 0.03, 0.07), (10.0, 85.0), (0.75, 0.75, 0.80), night=True),
    "night_rain": Weather(
        (0.03, 0.04, 0.07), (8.0, 70.0), (0.66, 0.67, 0.74), night=True, drops=80
    ),
}


def rain(image: NDArray[np.uint8], drops: int, seed: int, frame: int) -> NDArray[np.uint8]:
    """Streaks of rain on an image, the same for each seed and frame.

    Args:
        image: RGB [H, W, 3]; it is painted on.
        drops: How many in an image of 320x180.
        seed: Of the episode.
        frame: Number of the frame.
    """
    height, width = image.shape[:2]
    rng = np.random.default_rng([seed, frame, 0x7261])
    veil = image.copy()
    count = round(drops * height * width / (320 * 180))
    heads = rng.uniform([0, -0.1], [1, 1], (count, 2)) * [width, height]
    lengths = rng.uniform(0.03, 0.09, count) * height
    slopes = rng.uniform(-0.15, 0.05, count)
    tails = heads + np.column_stack([slopes * lengths, lengths])
    for a, b in zip(heads.astype(int).tolist(), tails.astype(int).tolist(), strict=True):
        cv2.line(veil, a, b, (205, 210, 220), 1, cv2.LINE_AA)
    return np.asarray(cv2.addWeighted(image, 0.55, veil, 0.45, 0.0), dtype=np.uint8)
