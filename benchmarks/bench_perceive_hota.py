"""HOTA (Luiten et al. 2021, arXiv 2009.07736) and IDF1 of tracked boxes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import motmetrics
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from afil_core.saliency import KeyObject, box_iou

ALPHAS = np.arange(0.05, 0.96, 0.05)
Frames = Sequence[Sequence[KeyObject]]
_IDF1_IOU = 0.5


@dataclass(frozen=True)
class Identity:
    """How well identities are kept.

    Attributes:
        hota: Mean over the thresholds, in [0, 1].
        detection: Its detection part.
        association: Its association part.
        idf1: Share of boxes with the right identity, at IoU 0.5.
    """

    hota: float
    detection: float
    association: float
    idf1: float


def identity(truth: Frames, tracked: Frames) -> Identity:
    """Compare tracked objects with the truth; boxes of two phrases never match.

    Args:
        truth: Objects of each frame.
        tracked: The same frames' objects as a tracker says.
    """
    similarity = [_similarity(a, b) for a, b in zip(truth, tracked, strict=True)]
    rows, columns = _numbers(truth), _numbers(tracked)
    aligned = _alignment(rows, columns, similarity)
    parts = np.array(
        [_at(float(alpha), rows, columns, similarity, aligned) for alpha in ALPHAS]
    ).reshape(-1, 2)
    hota = float(np.sqrt(parts.prod(axis=1)).mean())
    detection, association = (float(v) for v in parts.mean(axis=0))
    return Identity(hota, detection, association, _idf1(truth, tracked, similarity))


def _similarity(a: Sequence[KeyObject], b: Sequence[KeyObject]) -> NDArray[np.float64]:
    overlap = box_iou([o.box for o in a], [o.box for o in b])
    same = np.array([[x.phrase == y.phrase for y in b] for x in a], dtype=bool)
    return np.where(same.reshape(overlap.shape), overlap, 0.0)


def _numbers(frames: Frames) -> list[NDArray[np.int64]]:
    """Identities as numbers from 0, frame by frame."""
    places = {number: k for k, number in enumerate(sorted({o.id for f in frames for o in f}))}
    return [np.array([places[o.id] for o in f], dtype=np.int64) for f in frames]


def _size(numbers: Sequence[NDArray[np.int64]]) -> int:
    return 1 + max((int(n.max()) for n in numbers if n.size), default=-1)


def _counts(numbers: Sequence[NDArray[np.int64]]) -> NDArray[np.float64]:
    every = np.concatenate([*numbers, np.empty(0, np.int64)])
    return np.bincount(every, minlength=_size(numbers)).astype(np.float64)


def _alignment(
    rows: Sequence[NDArray[np.int64]],
    columns: Sequence[NDArray[np.int64]],
    similarity: Sequence[NDArray[np.float64]],
) -> NDArray[np.float64]:
    """How much each pair of identities is the same, as soft intersection over union."""
    both = np.zeros((_size(rows), _size(columns)))
    for r, c, s in zip(rows, columns, similarity, strict=True):
        if not s.size:
            continue
        either = s.sum(0, keepdims=True) + s.sum(1, keepdims=True) - s
        np.add.at(
            both, (r[:, None], c[None, :]), np.divide(s, either, where=either > 0, out=0 * s)
        )
    union = _counts(rows)[:, None] + _counts(columns)[None, :] - both
    return both / np.maximum(union, 1e-9)


def _at(
    alpha: float,
    rows: Sequence[NDArray[np.int64]],
    columns: Sequence[NDArray[np.int64]],
    similarity: Sequence[NDArray[np.float64]],
    aligned: NDArray[np.float64],
) -> tuple[float, float]:
    """Detection and association accuracy at one threshold."""
    hits = np.zeros(aligned.shape)
    found = 0
    for r, c, s in zip(rows, columns, similarity, strict=True):
        if not s.size:
            continue
        worth = np.where(s >= alpha - 1e-9, aligned[np.ix_(r, c)] + 1e-6 * s + 1e-9, 0.0)
        a, b = linear_sum_assignment(worth, maximize=True)
        keep = worth[a, b] > 0
        np.add.at(hits, (r[a[keep]], c[b[keep]]), 1)
        found += int(keep.sum())
    truth, told = float(_counts(rows).sum()), float(_counts(columns).sum())
    detection = found / max(truth + told - found, 1e-9)
    union = _counts(rows)[:, None] + _counts(columns)[None, :] - hits
    association = float((hits * hits / np.maximum(union, 1e-9)).sum()) / max(found, 1)
    return detection, association


def _idf1(truth: Frames, tracked: Frames, similarity: Sequence[NDArray[np.float64]]) -> float:
    events = motmetrics.MOTAccumulator(auto_id=True)
    for a, b, s in zip(truth, tracked, similarity, strict=True):
        away = np.where(s >= _IDF1_IOU, 1 - s, np.nan)
        events.update([o.id for o in a], [o.id for o in b], away)
    return float(motmetrics.metrics.create().compute(events, metrics=["idf1"])["idf1"].iloc[0])
