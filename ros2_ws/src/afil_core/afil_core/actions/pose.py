"""Poses and the steps between them, in one fixed frame.

A pose is float64 [7]: x y z (m) and a unit quaternion x y z w. A delta is float64 [6]:
translation (m) and rotation vector (rad), both in the axes of the fixed frame, so that
``R_to = exp(rotation) R_from``.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation


def delta_between(start: NDArray[np.float64], end: NDArray[np.float64]) -> NDArray[np.float64]:
    """The delta that takes one pose to another.

    Args:
        start: Pose [7].
        end: Pose [7].

    Returns:
        Delta [6]; the rotation vector has length at most pi.
    """
    turn = Rotation.from_quat(end[3:]) * Rotation.from_quat(start[3:]).inv()
    return np.concatenate([end[:3] - start[:3], turn.as_rotvec()])


def apply_delta(pose: NDArray[np.float64], delta: NDArray[np.float64]) -> NDArray[np.float64]:
    """The pose after a delta; the inverse of :func:`delta_between`.

    Args:
        pose: Pose [7].
        delta: Delta [6].

    Returns:
        Pose [7].
    """
    turned = Rotation.from_rotvec(delta[3:]) * Rotation.from_quat(pose[3:])
    return np.concatenate([pose[:3] + delta[:3], turned.as_quat()])


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
