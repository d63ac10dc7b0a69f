"""The setting of an evaluation, read off a checkpoint without loading its weights."""

from __future__ import annotations

import json
from pathlib import Path

from afil_core.errors import AfilError
from afil_policy.evaluation.results import Setting
from afil_policy.training.layout import TRAINING


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
    path = checkpoint / TRAINING
    try:
        facts = json.loads(path.read_text(encoding="utf-8"))
        method, finished = str(facts["method"]), str(facts["finished_at"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise AfilError(f"{path} does not tell method and time ({error}); train again") from error
    return Setting(
        checkpoint=str(checkpoint),
        trained_at=finished,
        method=method,
        robot=robot,
        sim=True,
        task=task,
        cue=cue,
        first_seed=first_seed,
    )
