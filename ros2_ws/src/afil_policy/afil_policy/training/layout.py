"""Which files make a run and its checkpoint, and where they lie; knows no torch."""

from __future__ import annotations

import logging
from pathlib import Path

from afil_core import schema
from afil_core.errors import AfilError
from afil_policy.training.facts import TrainingFacts

RUNS = Path("runs")

RUN = "run.yaml"
# There as long as the run is not finished.
RESUME = "resume.pt"
FOLDER = "checkpoint"
# What is kept on the way: the best so far, and one every so many epochs.
FOLDERS = "checkpoints"
BEST = "best"
WEIGHTS = "model.safetensors"
CONFIG = "config.yaml"
CONTRACT = "contract.yaml"
NORMALIZATION = "normalization.json"
TRAINING = "training.json"

_log = logging.getLogger(__name__)
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
    if (path / RUN).is_file():
        kept = sorted(f.name for f in (path / FOLDERS).glob("*") if (f / CONFIG).is_file())
        on_the_way = f", or give one of {path / FOLDERS}: {', '.join(kept)}" if kept else ""
        raise AfilError(
            f"{path} holds no checkpoint yet, as the run is not finished; the command that began "
            f"it, or `train --from {path} --output {path}`, goes on{on_the_way}"
        )
    raise AfilError(
        f"{path} holds no checkpoint ({CONFIG}, {CONTRACT}, {WEIGHTS}); give the folder that "
        "`ros2 run afil_policy train` wrote, after it has finished"
    )


def newest_run(runs: Path = RUNS) -> Path:
    """The run that finished last.

    Args:
        runs: Folder of the runs.

    Raises:
        AfilError: When none has finished, or none of those that have can be read.
    """
    ended: dict[tuple[str, str], Path] = {}
    damaged: list[AfilError] = []
    for path in sorted(runs.glob(f"*/{FOLDER}/{TRAINING}")):
        run = path.parents[1]
        try:
            ended[read_facts(run / FOLDER).finished_at, run.name] = run
        except AfilError as error:
            damaged.append(error)
    if not ended:
        if damaged:
            raise damaged[0]
        started = len(list(runs.glob(f"*/{RUN}")))
        unfinished = f" ({started} unfinished)" if started else ""
        raise AfilError(
            f"{runs} holds no finished run{unfinished}; train one with `ros2 run afil_policy "
            "train`, or name the folder of a checkpoint"
        )
    for reason in damaged:
        _log.warning("a run is passed over: %s", reason)
    return ended[max(ended)]


def read_facts(checkpoint: Path) -> TrainingFacts:
    """What a checkpoint says of its training.

    Args:
        checkpoint: Its folder.

    Raises:
        AfilError: When that is missing or damaged.
    """
    return schema.load(TrainingFacts, checkpoint / TRAINING, remedy="train again")
