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

# A number that moves less than this (m, rad, fraction) does not move.
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


def fit_inputs(values: NDArray[np.float32]) -> Normaliser:
    """Fit a normaliser of network inputs: zero mean and unit variance.

    Numbers that did not move are only shifted: when they do move one day, they must not be
    blown up beyond all that the network has seen.

    Args:
        values: float32 [N, D] with N at least 1.
    """
    shift, scale = _moments(values)
    return _normaliser(shift, np.where(scale < _CONSTANT, 1.0, scale))


def fit_actions(values: NDArray[np.float32], kind: str) -> Normaliser:
    """Fit a normaliser of actions.

    Numbers that did not move keep a tiny scale, so that the network's error in them becomes
    no motion (a rotation that no demonstration has must not be drifted into).

    Args:
        values: float32 [N, D] with N at least 1.
        kind: ``mean_std`` (zero mean, unit variance) or ``min_max`` (to [-1, 1]).
    """
    if kind == "mean_std":
        shift, scale = _moments(values)
    elif kind == "min_max":
        low, high = values.min(axis=0).astype(np.float64), values.max(axis=0).astype(np.float64)
        shift, scale = (low + high) / 2, (high - low) / 2
    else:
        raise ValueError(f"unknown normalisation {kind}")
    return _normaliser(shift, np.maximum(scale, _CONSTANT))


def _moments(values: NDArray[np.float32]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    data = values.astype(np.float64)
    return data.mean(axis=0), data.std(axis=0)


def _normaliser(shift: NDArray[np.float64], scale: NDArray[np.float64]) -> Normaliser:
    return Normaliser(tuple(shift.tolist()), tuple(scale.tolist()))
