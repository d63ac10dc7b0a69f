"""Contact sheets: frames with boxes and masks, and below them with their map."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from afil_core.saliency import KeyObject
from afil_perception.clips.clip import Rgb
from afil_perception.filter.mark import COLORS
from afil_perception.review.fit import TILE, fitted_tile

_COLUMNS = 4
_GAP = 6
_BAND = 18
_FONT = cv2.FONT_HERSHEY_SIMPLEX
_GROUND = (255, 255, 255)


@dataclass(frozen=True)
class Shot:
    """A frame with what was found in it.

    Attributes:
        title: Above the picture.
        rgb: uint8 [H, W, 3].
        objects: The key objects.
        saliency: uint8 [H, W].
    """

    title: str
    rgb: Rgb
    objects: Sequence[KeyObject]
    saliency: NDArray[np.uint8]


def contact_sheet(shots: Sequence[Shot]) -> Rgb:
    """One picture of all shots, in rows of four: above boxes and masks, below the map.

    Args:
        shots: At least one.
    """
    tiles = [_tile(shot) for shot in shots]
    height = max(tile.shape[0] for tile in tiles)
    columns = min(_COLUMNS, len(tiles))
    rows = -(-len(tiles) // columns)
    sheet = np.full(
        (rows * (height + _GAP) - _GAP, columns * (TILE + _GAP) - _GAP, 3), 255, np.uint8
    )
    for number, tile in enumerate(tiles):
        row, column = divmod(number, columns)
        top, left = row * (height + _GAP), column * (TILE + _GAP)
        sheet[top : top + tile.shape[0], left : left + TILE] = tile
    return sheet


def jpeg(rgb: Rgb, quality: int = 82) -> bytes:
    """A picture as the bytes of a JPEG file."""
    done, data = cv2.imencode(".jpg", rgb[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    assert done
    return data.tobytes()


def _tile(shot: Shot) -> Rgb:
    small, scale = fitted_tile(shot.rgb)
    height = small.shape[0]
    band = np.full((_BAND, TILE, 3), 255, np.uint8)
    cv2.putText(band, shot.title, (2, _BAND - 5), _FONT, 0.42, (60, 60, 60), 1, cv2.LINE_AA)
    found = small.copy()
    colors = _colors(shot.objects)
    for item in shot.objects:
        _draw(found, item, scale, colors[item.id])
    heat = cv2.resize(shot.saliency, (TILE, height), interpolation=cv2.INTER_LINEAR)
    colored = cv2.applyColorMap(heat, cv2.COLORMAP_INFERNO)[:, :, ::-1]
    share = (heat.astype(np.float32) / 255.0)[:, :, np.newaxis] * 0.75
    looked = small * (1.0 - share) * 0.8 + colored * share
    return np.concatenate([band, found, looked.astype(np.uint8)])


def _colors(objects: Sequence[KeyObject]) -> Mapping[int, tuple[int, int, int]]:
    return {o.id: COLORS[o.id % len(COLORS)] for o in objects}


def _draw(image: Rgb, item: KeyObject, scale: float, color: tuple[int, int, int]) -> None:
    height, width = image.shape[:2]
    if item.mask is not None:
        whole = item.mask.mask().astype(np.uint8)
        mask = cv2.resize(whole, (width, height), interpolation=cv2.INTER_NEAREST).astype(bool)
        image[mask] = (0.55 * image[mask] + 0.45 * np.array(color)).astype(np.uint8)
    x0, y0, x1, y1 = (round(v * scale) for v in item.box)
    cv2.rectangle(image, (x0, y0), (max(x1 - 1, x0), max(y1 - 1, y0)), color, 2)
    text = f"{item.id} {item.phrase}"
    (wide, high), _ = cv2.getTextSize(text, _FONT, 0.42, 1)
    left = min(max(x0, 0), max(width - wide - 4, 0))
    top = y0 - high - 5 if y0 - high - 5 >= 0 else min(max(y1, 0), height - high - 5)
    cv2.rectangle(image, (left, top), (left + wide + 4, top + high + 5), (0, 0, 0), -1)
    cv2.putText(image, text, (left + 2, top + high + 2), _FONT, 0.42, color, 1, cv2.LINE_AA)
