"""Normalisation: a shift and a scale per number, fitted on the training episodes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from afil_core.errors import AfilError

# A number that moves less than this (m, rad, fraction) is noise; blowing it up would teach it.
_CONSTANT = 1e-4


@dataclass(frozen=True)
class Normaliser:
    """normalised = (value - shift) / scale.

    Attributes:
        shift: One per number, in the number's unit.
        scale: One per number, above 0, in the number's unit.
    """

    shift: tuple[float, ...]
    scale: tuple[float, ...]

    def apply(self, values: Tensor) -> Tensor:
        """Normalise float32 [..., D]."""
        return (values - self._tensor(self.shift, values)) / self._tensor(self.scale, values)

    def invert(self, values: Tensor) -> Tensor:
        """The inverse of :meth:`apply`."""
        return values * self._tensor(self.scale, values) + self._tensor(self.shift, values)

    def to_dict(self) -> dict[str, list[float]]:
        """Plain data that :meth:`from_dict` reads back exactly."""
        return {"shift": list(self.shift), "scale": list(self.scale)}

    @staticmethod
    def from_dict(data: Mapping[str, Any], where: str) -> Normaliser:
        """Read back :meth:`to_dict`.

        Raises:
            AfilError: When the data are something else.
        """
        try:
            shift = tuple(float(v) for v in data["shift"])
            scale = tuple(float(v) for v in data["scale"])
        except (KeyError, TypeError, ValueError) as error:
            raise AfilError(f"{where} must hold the lists 'shift' and 'scale'") from error
        usable = (
            np.isfinite(shift).all() and np.isfinite(scale).all() and min(scale, default=1) > 0
        )
        if len(shift) != len(scale) or not usable:
            raise AfilError(f"{where} must hold finite shifts and as many scales above 0")
        return Normaliser(shift, scale)

    @staticmethod
    def _tensor(numbers: tuple[float, ...], like: Tensor) -> Tensor:
        return torch.tensor(numbers, dtype=like.dtype, device=like.device)


def fit(values: NDArray[np.float32], kind: str) -> Normaliser:
    """Fit a normaliser; numbers that do not move are only shifted.

    Args:
        values: float32 [N, D] with N at least 1.
        kind: ``mean_std`` (zero mean, unit variance) or ``min_max`` (to [-1, 1]).
    """
    data = values.astype(np.float64)
    if kind == "mean_std":
        shift, scale = data.mean(axis=0), data.std(axis=0)
    elif kind == "min_max":
        low, high = data.min(axis=0), data.max(axis=0)
        shift, scale = (low + high) / 2, (high - low) / 2
    else:
        raise ValueError(f"unknown normalisation {kind}")
    scale = np.where(scale < _CONSTANT, 1.0, scale)
    return Normaliser(tuple(shift.tolist()), tuple(scale.tolist()))
