"""What demonstrated actions do, in words, for people and for models that see the pictures."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

# A direction is named when it has this share of the motion's length.
_NAMED_SHARE = 0.4
# A gripper moves when its width changes by this share of its range.
_MOVED_SHARE = 0.1


def joined(parts: Sequence[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``; empty parts are left out."""
    said = [part for part in parts if part]
    return " and ".join([", ".join(said[:-1]), said[-1]]) if len(said) > 1 else "".join(said)


def direction(motion: NDArray[np.float64]) -> str:
    """Directions of a motion in a base frame after REP 103: x forward, y left, z up.

    Args:
        motion: float64 [3].
    """
    length = float(np.linalg.norm(motion))
    names = (("forward", "back"), ("left", "right"), ("up", "down"))
    return joined(
        [
            ahead if value > 0 else behind
            for value, (ahead, behind) in zip(motion, names, strict=True)
            if length > 0 and abs(value) >= _NAMED_SHARE * length
        ]
    )


def grip(widths: NDArray[np.float64], minimum: float, maximum: float) -> str:
    """What a gripper does.

    Args:
        widths: float64 [T], m, the last one is the latest.
        minimum: Of the closed gripper, m.
        maximum: Of the open one, m.
    """
    change = float(widths[-1] - widths[0])
    if abs(change) >= _MOVED_SHARE * (maximum - minimum):
        return "opening the gripper" if change > 0 else "closing the gripper"
    is_open = widths[-1] > (minimum + maximum) / 2
    return "with the gripper open" if is_open else "with the gripper closed"
