"""Which files make a run and its checkpoint, and where they lie; knows no torch."""

from __future__ import annotations

from pathlib import Path

from afil_core.errors import AfilError

FOLDER = "checkpoint"
WEIGHTS = "model.safetensors"
CONFIG = "config.yaml"
CONTRACT = "contract.yaml"
NORMALIZATION = "normalization.json"
TRAINING = "training.json"

_FORMER_NORMALIZATION = "normalisation.json"


def find_checkpoint(path: Path) -> Path:
    """The checkpoint's folder, given itself or the training run that holds it.

    Raises:
        AfilError: When there is none, or it is of a former version.
    """
    for folder in (path, path / FOLDER):
        if (folder / _FORMER_NORMALIZATION).is_file():
            raise AfilError(
                f"checkpoint {folder} is of a former version ({_FORMER_NORMALIZATION} is called "
                f"{NORMALIZATION} now, and the network's parts have other names); train again"
            )
        if (folder / CONFIG).is_file() and (folder / CONTRACT).is_file():
            return folder
    raise AfilError(
        f"{path} holds no checkpoint ({CONFIG}, {CONTRACT}, {WEIGHTS}); give the folder that "
        "`ros2 run afil_policy train --output` wrote, after it has finished"
    )
