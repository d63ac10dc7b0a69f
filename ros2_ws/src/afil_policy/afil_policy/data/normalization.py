"""Normalization: a shift and a scale per number, fitted on the training episodes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import Field, model_validator
from torch import Tensor

from afil_core.schema import Schema

# A number that moves less than this (m, rad, fraction) does not move.
_CONSTANT = 1e-4
_QUANTILES = (0.01, 0.99)


class Normalizer(Schema):
    """normalized = (value - shift) / scale.

    Attributes:
        names: What each number is.
        shift: One per number, in the number's unit.
        scale: One per number, above 0, in the number's unit.
    """

    names: tuple[str, ...]
    shift: tuple[float, ...]
    scale: tuple[Annotated[float, Field(gt=0)], ...]

    @model_validator(mode="after")
    def _same_length(self) -> Normalizer:
        if not len(self.names) == len(self.shift) == len(self.scale):
            raise ValueError("must have as many names as shifts and scales")
        return self

    def apply(self, values: Tensor) -> Tensor:
        """Normalize float32 [..., D]."""
        return (values - self._tensor(self.shift, values)) / self._tensor(self.scale, values)

    def invert(self, values: Tensor) -> Tensor:
        """The inverse of :meth:`apply`."""
        return values * self._tensor(self.scale, values) + self._tensor(self.shift, values)

    @staticmethod
    def _tensor(numbers: tuple[float, ...], like: Tensor) -> Tensor:
        return torch.tensor(numbers, dtype=like.dtype, device=like.device)


class Normalization(Schema):
    """What ``normalization.json`` holds.

    Attributes:
        proprioception: Normalizer of the encoded proprioception.
        action: Normalizer of the actions.
    """

    proprioception: Normalizer
    action: Normalizer


def fit_inputs(
    values: NDArray[np.float32], names: Sequence[str], kind: str = "mean_std"
) -> Normalizer:
    """Fit a normalizer of network inputs.

    Numbers that did not move are only shifted: when they do move one day, they must not be
    blown up beyond all that the network has seen.

    Args:
        values: float32 [N, D] with N at least 1.
        names: What each of the D numbers is.
        kind: As in :func:`fit_actions`.
    """
    shift, scale = _FITS[kind](values)
    return _normalizer(names, shift, np.where(scale < _CONSTANT, 1.0, scale))


def fit_actions(values: NDArray[np.float32], names: Sequence[str], kind: str) -> Normalizer:
    """Fit a normalizer of actions.

    Numbers that did not move keep a tiny scale, so that the network's error in them becomes
    no motion (a rotation that no demonstration has must not be drifted into).

    Args:
        values: float32 [N, D] with N at least 1.
        names: What each of the D numbers is.
        kind: ``mean_std`` (zero mean, unit variance), ``min_max`` (to [-1, 1]) or ``quantile``
            (the 1st and 99th percentile to -1 and 1; of a number that does not move between
            them, the least and the greatest).
    """
    shift, scale = _FITS[kind](values)
    return _normalizer(names, shift, np.maximum(scale, _CONSTANT))


def _mean_std(values: NDArray[np.float32]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    data = values.astype(np.float64)
    return data.mean(axis=0), data.std(axis=0)


def _min_max(values: NDArray[np.float32]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    low, high = values.min(axis=0).astype(np.float64), values.max(axis=0).astype(np.float64)
    return (low + high) / 2, (high - low) / 2


def _quantile(values: NDArray[np.float32]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    low, high = np.quantile(values.astype(np.float64), _QUANTILES, axis=0)
    shift, scale = _min_max(values)
    # What moves in fewer than 2 % of the steps would count as constant, and be blown up then.
    rare = (high - low) / 2 < _CONSTANT
    return np.where(rare, shift, (low + high) / 2), np.where(rare, scale, (high - low) / 2)


_FITS = {"mean_std": _mean_std, "min_max": _min_max, "quantile": _quantile}


def _normalizer(
    names: Sequence[str], shift: NDArray[np.float64], scale: NDArray[np.float64]
) -> Normalizer:
    return Normalizer(names=tuple(names), shift=tuple(shift.tolist()), scale=tuple(scale.tolist()))
