"""Acceleration and jerk of a commanded motion, per control step."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


class Smoothness:
    """Limits how fast a motion speeds up, each number by itself.

    A step may be longer than the one before it by at most ``change`` (acceleration), and that
    increase may be larger than the last one by at most ``jerk``. Slowing down is never limited:
    a border of the workspace, a slack target and a rest must always be obeyed. A step that turns
    back starts from standstill.

    Args:
        change: Greatest increase of a step from one control period to the next, float64 [D];
            infinite for none.
        jerk: Greatest increase of that increase, float64 [D].
    """

    def __init__(self, change: NDArray[np.float64], jerk: NDArray[np.float64]) -> None:
        self._change, self._jerk = change, jerk
        self._last: NDArray[np.float64] = np.zeros_like(change)
        self._rise: NDArray[np.float64] = np.zeros_like(change)

    def limit(self, step: NDArray[np.float64]) -> NDArray[np.float64]:
        """The nearest step that speeds up no faster than it may, float64 [D]."""
        low, high = self._bounds()
        return step.clip(low, high)

    def note(self, step: NDArray[np.float64]) -> None:
        """A step was commanded; it need not be what :meth:`limit` returned, but nearer to 0."""
        forward, backward = np.maximum(self._last, 0), np.minimum(self._last, 0)
        self._rise = np.maximum(np.maximum(step - forward, backward - step), 0)
        self._last = step.copy()

    def reset(self) -> None:
        """The robot stands still."""
        self._last = np.zeros_like(self._change)
        self._rise = np.zeros_like(self._change)

    def _bounds(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        more = np.minimum(self._change, self._rise + self._jerk)
        return np.minimum(self._last, 0) - more, np.maximum(self._last, 0) + more
