"""The statistics of a run: normalizers that are fitted on what is trained on."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from afil_policy.data.cache import Cache
from afil_policy.data.config import DataConfig
from afil_policy.data.normalization import Normalization, fit_actions, fit_inputs
from afil_policy.data.preparation import Preparation


def fit_normalization(
    config: DataConfig, cache: Cache, training: NDArray[np.int64]
) -> Normalization:
    """Normalizers of what goes in and out.

    Args:
        config: Which statistics.
        cache: The data.
        training: Steps that are trained on.
    """
    labels = Preparation(config, cache.contract).labels
    action = cache.contract.action
    names = [d.name for d in action.dimensions] if action else []
    numbers, actions = cache.proprioception[training], cache.actions[training]
    return Normalization(
        proprioception=fit_inputs(numbers, labels, config.proprioception_normalization),
        action=fit_actions(actions, names, config.action_normalization),
    )
