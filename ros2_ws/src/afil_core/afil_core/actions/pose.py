"""Poses and the steps between them, in one fixed frame.

A pose is float64 [7]: x y z (m) and a unit quaternion x y z w. A delta is float64 [6]:
translation (m) and rotation vector (rad), both in the axes of the fixed frame, so that
``R_to = exp(rotation) R_from``.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray


def delta_between(start: NDArray[np.float64], end: NDArray[np.float64]) -> NDArray[np.float64]:
    """The delta that takes one pose to another.

    Args:
        start: Pose [7].
        end: Pose [7].

    Returns:
        Delta [6]; the rotation vector has length at most pi.
    """
    return np.concatenate([end[:3] - start[:3], _turn_between(start[3:], end[3:])])


def _turn_between(start: NDArray[np.float64], end: NDArray[np.float64]) -> list[float]:
    # The logarithm of end * conj(start), on plain numbers: scipy's Rotation takes 30 times as
    # long for one pair, and this runs for every step of every demonstration.
    ax, ay, az, aw = start.tolist()
    bx, by, bz, bw = end.tolist()
    x = bx * aw - bw * ax - by * az + bz * ay
    y = by * aw - bw * ay - bz * ax + bx * az
    z = bz * aw - bw * az - bx * ay + by * ax
    w = bw * aw + bx * ax + by * ay + bz * az
    if w < 0:
        x, y, z, w = -x, -y, -z, -w
    sine = math.sqrt(x * x + y * y + z * z)
    # For a small angle the quotient tends to 2 / w.
    scale = 2 * math.atan2(sine, w) / sine if sine > 1e-12 else 2 / w
    return [scale * x, scale * y, scale * z]


def apply_delta(pose: NDArray[np.float64], delta: NDArray[np.float64]) -> NDArray[np.float64]:
    """The pose after a delta; the inverse of :func:`delta_between`.

    Args:
        pose: Pose [7].
        delta: Delta [6].

    Returns:
        Pose [7].
    """
    turned = _turn(delta[3:].tolist(), pose[3:].tolist())
    return np.concatenate([pose[:3] + delta[:3], turned])


def _turn(rotation: list[float], start: list[float]) -> list[float]:
    # exp(rotation) * start, on plain numbers as above: this runs in every cycle of a command loop.
    angle = math.hypot(*rotation)
    # For a small angle the quotient tends to 1 / 2.
    scale = math.sin(angle / 2) / angle if angle > 1e-12 else 0.5
    (ax, ay, az), aw = (scale * r for r in rotation), math.cos(angle / 2)
    length = math.hypot(*start)
    bx, by, bz, bw = (s / length for s in start)
    x = aw * bx + ax * bw + ay * bz - az * by
    y = aw * by - ax * bz + ay * bw + az * bx
    z = aw * bz + ax * by - ay * bx + az * bw
    w = aw * bw - ax * bx - ay * by - az * bz
    length = math.sqrt(x * x + y * y + z * z + w * w)
    return [x / length, y / length, z / length, w / length]


def clip_delta(
    delta: NDArray[np.float64], max_translation_m: float, max_rotation_rad: float
) -> NDArray[np.float64]:
    """Shorten a delta to the limits of one step, keeping its direction.

    Args:
        delta: Delta [6].
        max_translation_m: Longest translation.
        max_rotation_rad: Largest turn.

    Returns:
        Delta [6].
    """
    translation = _shorten(delta[:3], max_translation_m)
    return np.concatenate([translation, _shorten(delta[3:], max_rotation_rad)])


def _shorten(vector: NDArray[np.float64], longest: float) -> NDArray[np.float64]:
    length = float(np.linalg.norm(vector))
    return vector if length <= longest else vector * (longest / length)
