"""Checkpoints of policies that nobody trained."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from afil_core.contract import Contract
from afil_policy.data.normalization import Normalization, Normalizer
from afil_policy.data.transforms import ObservationTransform
from afil_policy.training.checkpoint import Checkpoint, new_method, save_checkpoint
from afil_policy.training.config import TrainConfig
from afil_policy.training.facts import TrainingFacts


def write_untrained(
    path: Path,
    config: TrainConfig,
    contract: Contract,
    means: Mapping[str, float] | None = None,
    scale: float = 1e-3,
) -> Path:
    """Write a checkpoint of an untrained policy whose actions are small.

    Args:
        path: Its folder.
        config: Training configuration.
        contract: Contract with an action.
        means: Mean of each dimension of the action, 0 by default; in its unit.
        scale: What an output of 1 adds to the mean.
    """
    labels = ObservationTransform(config.data, contract).labels
    names = [d.name for d in contract.require_action().dimensions]
    normalization = Normalization(
        proprioception=Normalizer(
            names=tuple(labels), shift=(0.0,) * len(labels), scale=(1.0,) * len(labels)
        ),
        action=Normalizer(
            names=tuple(names),
            shift=tuple((means or {}).get(name, 0.0) for name in names),
            scale=(scale,) * len(names),
        ),
    )
    facts = TrainingFacts(
        method=config.method.name,
        seed=0,
        dataset_sha256="0" * 64,
        episodes=1,
        training_steps=1,
        final={"epoch": 1.0},
        finished_at="2026-01-01T00:00:00+00:00",
        versions={},
    )
    method = new_method(config, contract)
    save_checkpoint(Checkpoint(path, config, contract, normalization, facts), method.state_dict())
    return path
