"""The detector without a model: regions of the phrase's color."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from afil_core.saliency import Box
from afil_core.schema import Schema
from afil_perception.clips.clip import Rgb
from afil_perception.describe.describer import Phrase
from afil_perception.detect.detector import Detection, Detector
from afil_perception.detect.lexicon import Colors, colors_of, shipped_colors
from afil_perception.detect.palette import membership, to_hsv

_MEMBER = 0.25
# Area, of the image's area, at which the score's size factor is one half.
_HALF_SIZE = 0.0006


@dataclass(frozen=True)
class _Region:
    box: Box
    area: float  # pixels
    color: float  # mean membership of its pixels
    solidity: float  # area over the area of its convex hull


class ColorDetector(Detector):
    """Segments the color that a phrase says, or that its object typically has.

    A region's score is its mean color membership, times the square root of its solidity
    (objects are compact, clutter is ragged), times a factor that grows with its area.

    Args:
        config: Gates and additions to the lexicon.
    """

    stand_in_for = "an open-vocabulary detector"
    parallel = True

    class Config(Schema):
        """Options; fractions make them independent of the image size.

        Attributes:
            min_area_fraction: Least area of a region, of the image's area.
            max_area_fraction: Largest area of a region's box, of the image's area: larger ones
                are background.
            merge_gap_fraction: Regions of one phrase closer than this, of the image's width, are
                parts of one object that something hides in part.
            min_part_fraction: A part has at least this much of the larger part's area.
            min_score: Least score of a detection.
            max_candidates: Most detections per phrase and frame.
            typical_colors: Colors of further objects, or other colors for known ones, e.g.
                ``{mug: blue}``, or ``{car: [red, white]}`` for what may have any of some.
        """

        renamed = {
            "backend": "name",
            "typical_colours": "typical_colors",
        }

        min_area_fraction: float = Field(0.0003, ge=0.0, le=1.0)
        max_area_fraction: float = Field(0.2, ge=0.0, le=1.0)
        merge_gap_fraction: float = Field(0.06, ge=0.0, le=1.0)
        min_part_fraction: float = Field(0.2, ge=0.0, le=1.0)
        min_score: float = Field(0.4, ge=0.0, le=1.0)
        max_candidates: int = Field(5, ge=1)
        typical_colors: dict[str, Colors] = Field(default_factory=dict)

    def __init__(self, config: Config) -> None:
        self._config = config
        own = {noun.lower(): colors for noun, colors in config.typical_colors.items()}
        self._lexicon = {**shipped_colors(), **own}

    def problems(self, phrases: Sequence[Phrase]) -> dict[str, str]:
        """The phrases without a known color."""
        return {
            p.text: (
                f"the color detector knows no color for '{p.text}', so it looks for none; say its "
                "color in the instruction, or add it (detector: {name: color, typical_colors: "
                f"{{{p.text}: ...}}}})"
            )
            for p in phrases
            if not colors_of(p.text, self._lexicon)
        }

    def detect(self, images: Sequence[Rgb], phrases: Sequence[Phrase]) -> list[list[Detection]]:
        """Regions of the phrases' colors, at most ``max_candidates`` of each, best first."""
        known = [(p, colors_of(p.text, self._lexicon)) for p in phrases]
        return [self._detect(image, known) for image in images]

    def _detect(
        self, rgb: Rgb, phrases: Sequence[tuple[Phrase, tuple[str, ...]]]
    ) -> list[Detection]:
        hsv = to_hsv(rgb)
        least = self._config.min_area_fraction * float(rgb.shape[0] * rgb.shape[1])
        wanted = {color for _, colors in phrases for color in colors}
        regions = {color: _regions(membership(hsv, color), least) for color in wanted}
        found = []
        for phrase, colors in phrases:
            of_phrase = [d for c in colors for d in self._find(phrase, regions[c], rgb)]
            of_phrase.sort(key=lambda d: -d.score)
            found.extend(of_phrase[: self._config.max_candidates])
        return found

    def _find(self, phrase: Phrase, regions: list[_Region], rgb: Rgb) -> list[Detection]:
        image_area = float(rgb.shape[0] * rgb.shape[1])
        if not phrase.plural:
            regions = self._merge_parts(regions, rgb.shape[1])
        detections = []
        for region in regions:
            width = region.box[2] - region.box[0]
            height = region.box[3] - region.box[1]
            if width * height > self._config.max_area_fraction * image_area:
                continue
            size = region.area / (region.area + _HALF_SIZE * image_area)
            score = region.color * float(np.sqrt(region.solidity)) * size
            if score >= self._config.min_score:
                detections.append(Detection(phrase.text, round(score, 4), region.box))
        return detections

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
