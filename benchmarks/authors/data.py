"""The demonstrations that the method's authors published: images, kept boxes and maps."""

from __future__ import annotations

import json
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from afil_core.errors import AfilError
from afil_core.saliency import Box, box_iou

VIDEO_FILE = "original.mp4"
_BOXES_FILE = "kept_boxes.json"
_MAPS_FILE = "saliency.npz"
_SAME_OBJECT_IOU = 0.2


@dataclass(frozen=True)
class AuthorsVideo:
    """One of the authors' demonstrations.

    Attributes:
        folder: Where it lies.
        boxes: Their kept boxes per frame, in pixels of the image.
        maps: Their saliency maps, uint8 [T, h, w].
    """

    folder: Path
    boxes: tuple[tuple[Box, ...], ...]
    maps: NDArray[np.uint8]

    @property
    def video(self) -> Path:
        """The camera images."""
        return self.folder / VIDEO_FILE


def load_authors_video(folder: Path) -> AuthorsVideo:
    """Read a demonstration.

    Raises:
        AfilError: When a file is missing, unreadable or does not fit the others.
    """
    for name in (VIDEO_FILE, _BOXES_FILE, _MAPS_FILE):
        if not (folder / name).is_file():
            raise AfilError(
                f"the authors' data are not here: {folder / name} is missing, so nothing can be "
                "measured; give their folder with --data"
            )
    boxes = _boxes(folder / _BOXES_FILE)
    maps = _maps(folder / _MAPS_FILE)
    if len(boxes) != len(maps):
        raise AfilError(
            f"{folder}: {_BOXES_FILE} has {len(boxes)} frames, but {_MAPS_FILE} has {len(maps)}; "
            "restore both from one copy"
        )
    return AuthorsVideo(folder, boxes, maps)


def follow_first_box(boxes: tuple[tuple[Box, ...], ...]) -> list[Box | None]:
    """The box of the object that comes first in the first frame, followed through the video.

    The file has no labels; the object is followed by overlap with where it was last.

    Args:
        boxes: Boxes per frame.

    Returns:
        One box per frame, None where none overlaps enough.
    """
    followed: list[Box | None] = []
    last = boxes[0][0] if boxes and boxes[0] else None
    for frame in boxes:
        overlaps = box_iou(frame, [last])[:, 0].tolist() if last is not None else []
        if not overlaps or max(overlaps) < _SAME_OBJECT_IOU:
            followed.append(None)
            continue
        last = frame[overlaps.index(max(overlaps))]
        followed.append(last)
    return followed


def _boxes(path: Path) -> tuple[tuple[Box, ...], ...]:
    try:
        frames = json.loads(path.read_text(encoding="utf-8"))
        return tuple(tuple(_box(b) for b in frame) for frame in frames)
    except (OSError, ValueError, TypeError) as error:
        raise AfilError(
            f"{path} is no list of boxes [x0, y0, x1, y1] per frame ({error}); restore it"
        ) from error


def _box(values: list[float]) -> Box:
    x0, y0, x1, y1 = (float(v) for v in values)
    return x0, y0, x1, y1


def _maps(path: Path) -> NDArray[np.uint8]:
    try:
        with np.load(path) as archive:
            maps = archive["saliency"]
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise AfilError(f"{path} holds no array 'saliency' ({error}); restore it") from error
    if maps.ndim != 3 or maps.dtype != np.uint8:
        raise AfilError(f"{path}: saliency must be uint8 [T, h, w], not {maps.dtype} {maps.shape}")
    return np.asarray(maps, dtype=np.uint8)
