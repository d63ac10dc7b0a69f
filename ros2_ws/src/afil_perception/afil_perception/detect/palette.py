"""Color names as regions of HSV, with a soft membership per pixel."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from afil_perception.clips.clip import Rgb

_FULL_SATURATION = 0.7


@dataclass(frozen=True)
class Hue:
    """A chromatic color.

    Attributes:
        center: Hue in degrees, [0, 360).
        reach: Degrees from the center at which membership ends.
        least_saturation: Saturation in [0, 1] at which membership starts.
        least_value: Value in [0, 1] at which membership starts.
        most_value: Value in [0, 1] above which it is another color (brown is dark orange).
    """

    center: float
    reach: float
    least_saturation: float = 0.3
    least_value: float = 0.2
    most_value: float = 1.0


@dataclass(frozen=True)
class Gray:
    """A color without hue.

    Attributes:
        most_saturation: Saturation in [0, 1] at which membership ends.
        value: Values in [0, 1] between which pixels are members.
    """

    most_saturation: float
    value: tuple[float, float]


PALETTE: dict[str, Hue | Gray] = {
    "red": Hue(357, 17),
    "orange": Hue(29, 17, least_value=0.4),
    "yellow": Hue(53, 14, least_value=0.35),
    "green": Hue(120, 55),
    "cyan": Hue(185, 18),
    "blue": Hue(220, 28),
    "purple": Hue(278, 28),
    "pink": Hue(328, 22, least_saturation=0.2, least_value=0.5),
    "brown": Hue(25, 20, most_value=0.5),
    "black": Gray(0.6, (0.0, 0.22)),
    "gray": Gray(0.18, (0.25, 0.75)),
    "white": Gray(0.18, (0.75, 1.0)),
}

SYNONYMS = {
    "grey": "gray",
    "silver": "gray",
    "violet": "purple",
    "magenta": "pink",
    "turquoise": "cyan",
    "teal": "cyan",
}


def canonical_color(word: str) -> str | None:
    """The palette's name of a color word, None for a word that is no color."""
    word = SYNONYMS.get(word, word)
    return word if word in PALETTE else None


def to_hsv(rgb: Rgb) -> NDArray[np.float32]:
    """HSV of an image.

    Args:
        rgb: uint8 [H, W, 3].

    Returns:
        float32 [H, W, 3]: hue in degrees [0, 360), saturation and value in [0, 1].
    """
    scaled = rgb.astype(np.float32) / np.float32(255.0)
    return np.asarray(cv2.cvtColor(scaled, cv2.COLOR_RGB2HSV), dtype=np.float32)


def membership(hsv: NDArray[np.float32], color: str) -> NDArray[np.float32]:
    """How much each pixel is of a color.

    Args:
        hsv: float32 [H, W, 3] as of :func:`to_hsv`.
        color: A name of :data:`PALETTE`.

    Returns:
        float32 [H, W] in [0, 1]: 1 at the middle of the color, 0 outside its region.
    """
    region = PALETTE[color]
    saturation, value = hsv[:, :, 1], hsv[:, :, 2]
    if isinstance(region, Gray):
        low, high = region.value
        inside = (value >= low) & (value <= high) & (saturation < region.most_saturation)
        member = inside * (1.0 - 0.5 * saturation / region.most_saturation)
        return np.asarray(member, dtype=np.float32)
    away = np.abs((hsv[:, :, 0] - region.center + 180.0) % 360.0 - 180.0)
    # flat over the inner half of the region, then falling to 0 at its border
    hue = np.clip(2.0 - 2.0 * away / region.reach, 0.0, 1.0)
    span = max(_FULL_SATURATION - region.least_saturation, 1e-6)
    strength = np.clip((saturation - region.least_saturation) / span, 0.0, 1.0)
    lit = (value >= region.least_value) & (value <= region.most_value)
    return np.asarray(hue * np.sqrt(strength) * lit, dtype=np.float32)
