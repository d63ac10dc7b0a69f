"""The detector without a model: regions of the phrase's color."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from afil_perception.detect.lexicon import color_of, lexicon_with
from afil_perception.detect.palette import membership, to_hsv
from afil_perception.objects import Box, Detection, ObjectQuery, Rgb
from afil_perception.pipeline.config import ColorConfig

_MEMBER = 0.25
# Area, of the image's area, at which the score's size factor is one half.
_HALF_SIZE = 0.0006


@dataclass(frozen=True)
class _Region:
    box: Box
    area: float  # pixels
    color: float  # mean membership of its pixels
    solidity: float  # area over the area of its convex hull


class ColorDetector:
    """Segments the color that a phrase says, or that its object typically has.

    A region's score is its mean color membership, times the square root of its solidity
    (objects are compact, clutter is ragged), times a factor that grows with its area.

    Args:
        config: Gates and additions to the lexicon.

    Raises:
        AfilError: When the config's lexicon names a color that is unknown.
    """

    def __init__(self, config: ColorConfig) -> None:
        self._config = config
        self._lexicon = lexicon_with(config.typical_colors)

    def problems(self, queries: Sequence[ObjectQuery]) -> dict[str, str]:
        """The phrases without a known color."""
        return {
            q.phrase: (
                f"the color detector knows no color for '{q.phrase}', so it looks for none; "
                "say its color in the instruction, or add it to "
                "detector.color.typical_colors"
            )
            for q in queries
            if color_of(q.phrase, self._lexicon) is None
        }

    def detect(self, rgb: Rgb, queries: Sequence[ObjectQuery]) -> list[Detection]:
        """Regions of the phrases' colors.

        Args:
            rgb: uint8 [H, W, 3].
            queries: What to look for.

        Returns:
            At most ``max_candidates`` per phrase, better scores first.
        """
        hsv = to_hsv(rgb)
        found = []
        for query in queries:
            color = color_of(query.phrase, self._lexicon)
            if color is not None:
                found.extend(self._find(query, membership(hsv, color)))
        return found

    def _find(self, query: ObjectQuery, member: NDArray[np.float32]) -> list[Detection]:
        image_area = float(member.size)
        regions = _regions(member, self._config.min_area_fraction * image_area)
        if not query.plural:
            regions = self._merge_parts(regions, member.shape[1])
        detections = []
        for region in regions:
            width = region.box[2] - region.box[0]
            height = region.box[3] - region.box[1]
            if width * height > self._config.max_area_fraction * image_area:
                continue
            size = region.area / (region.area + _HALF_SIZE * image_area)
            score = region.color * float(np.sqrt(region.solidity)) * size
            if score >= self._config.min_score:
                detections.append(Detection(query.phrase, region.box, round(score, 4)))
        detections.sort(key=lambda d: -d.score)
        return detections[: self._config.max_candidates]

    def _merge_parts(self, regions: list[_Region], width: int) -> list[_Region]:
        """Join near regions of comparable size: one object behind a finger of the gripper."""
        gap = self._config.merge_gap_fraction * width
        merged = sorted(regions, key=lambda r: -r.area)
        index = 0
        while index < len(merged):
            whole = merged[index]
            for other in merged[index + 1 :]:
                comparable = other.area >= self._config.min_part_fraction * whole.area
                if comparable and _gap(whole.box, other.box) <= gap:
                    merged.remove(other)
                    merged[index] = _join(whole, other)
                    break
            else:
                index += 1
        return merged


def _regions(member: NDArray[np.float32], min_area: float) -> list[_Region]:
    """Connected regions of members with at least ``min_area`` pixels."""
    mask = (member >= _MEMBER).astype(np.uint8)
    # closing first: highlights and thin shadows must not cut an object
    closed = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(closed, connectivity=8)
    regions = []
    for i in range(1, count):
        x, y, w, h, area = (int(v) for v in stats[i])
        if area < max(min_area, 1.0):
            continue
        part = labels[y : y + h, x : x + w] == i
        hull = cv2.convexHull(np.argwhere(part)[:, ::-1].astype(np.int32))
        # a hull through pixel centers misses half a pixel all round
        hull_area = cv2.contourArea(hull) + cv2.arcLength(hull, True) / 2 + 1
        color = float(member[y : y + h, x : x + w][part].mean())
        box = (float(x), float(y), float(x + w), float(y + h))
        regions.append(_Region(box, float(area), color, min(area / hull_area, 1.0)))
    return regions


def _gap(a: Box, b: Box) -> float:
    """Distance in pixels between two boxes; 0 when they touch."""
    dx = max(a[0], b[0]) - min(a[2], b[2])
    dy = max(a[1], b[1]) - min(a[3], b[3])
    return float(np.hypot(max(dx, 0.0), max(dy, 0.0)))


def _join(a: _Region, b: _Region) -> _Region:
    area = a.area + b.area
    return _Region(
        box=(
            min(a.box[0], b.box[0]),
            min(a.box[1], b.box[1]),
            max(a.box[2], b.box[2]),
            max(a.box[3], b.box[3]),
        ),
        area=area,
        color=(a.color * a.area + b.color * b.area) / area,
        solidity=(a.solidity * a.area + b.solidity * b.area) / area,
    )
