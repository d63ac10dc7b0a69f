"""What a checkpoint says of the run that it comes from."""

from __future__ import annotations

import platform
import subprocess
from collections.abc import Mapping
from datetime import datetime, timezone
from functools import cache as once
from importlib.metadata import version
from pathlib import Path

import accelerate
import torch
from accelerate import Accelerator

from afil_policy.data.cache import Cache
from afil_policy.training.config import TrainConfig
from afil_policy.training.facts import TrainingFacts


def training_facts(
    config: TrainConfig,
    cache: Cache,
    accelerator: Accelerator,
    row: Mapping[str, float],
    training_steps: int,
) -> TrainingFacts:
    """Facts of a run after an epoch.

    Args:
        config: The configuration.
        cache: The data.
        accelerator: What it runs on.
        row: The epoch's row of the loss log.
        training_steps: Steps of demonstrations that are trained on.
    """
    return TrainingFacts(
        method=config.method.name,
        seed=config.seed,
        dataset_sha256=cache.dataset_sha256,
        episodes=len(cache.shards),
        training_steps=training_steps,
        final=dict(row),
        git_revision=_git_revision(),
        finished_at=datetime.now(timezone.utc).isoformat(timespec="milliseconds"),
        versions={
            "python": platform.python_version(),
            "torch": str(torch.__version__),
            "torchvision": version("torchvision"),
            "accelerate": str(accelerate.__version__),
        },
        tasks=cache.tasks,
        epoch=int(row["epoch"]),
        processes=accelerator.num_processes,
        device=_device(accelerator.device),
    )


def _device(device: torch.device) -> str:
    return torch.cuda.get_device_name(device) if device.type == "cuda" else device.type


@once
def _git_revision() -> str | None:
    """Revision of the source tree that runs; None outside of one."""
    command = ["git", "-C", str(Path(__file__).parent), "describe", "--always", "--dirty"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=10)
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()
