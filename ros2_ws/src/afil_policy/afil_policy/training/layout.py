"""Which files make a checkpoint, and where it lies; free of torch for the launch files' sake."""

from __future__ import annotations

from pathlib import Path

from afil_core.errors import AfilError

FOLDER = "checkpoint"
WEIGHTS = "model.safetensors"
CONFIG = "config.yaml"
CONTRACT = "contract.yaml"
NORMALISATION = "normalisation.json"
TRAINING = "training.json"


def find_checkpoint(path: Path) -> Path:
    """The checkpoint's folder, given itself or the training run that holds it.

    Raises:
        AfilError: When there is none.
    """
    for folder in (path, path / FOLDER):
        if (folder / CONFIG).is_file() and (folder / CONTRACT).is_file():
            return folder
    raise AfilError(
        f"{path} holds no checkpoint ({CONFIG}, {CONTRACT}, {WEIGHTS}); give the folder that "
        "`ros2 run afil_policy train --output` wrote, after it has finished"
    )
