"""The setting of an evaluation, read off a checkpoint without loading its weights."""

from __future__ import annotations

from pathlib import Path

from afil_policy.evaluation.results import Setting
from afil_policy.training.layout import read_facts


def read_setting(checkpoint: Path, *, robot: str, task: str, cue: str, first_seed: int) -> Setting:
    """Describe the evaluation of a checkpoint in its simulated world.

    Args:
        checkpoint: The checkpoint's folder.
        robot: Name of the robot or path of its contract.
        task: Task of the world.
        cue: Confounding cue in the image.
        first_seed: Seed of the first episode.

    Raises:
        AfilError: When the checkpoint's facts are missing or damaged.
    """
    facts = read_facts(checkpoint)
    return Setting(
        checkpoint=str(checkpoint),
        trained_at=facts.finished_at,
        method=facts.method,
        robot=robot,
        sim=True,
        task=task,
        cue=cue,
        first_seed=first_seed,
    )
