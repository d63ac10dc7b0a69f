"""Folders of runs: which is whose, and what a run needs to be repeated."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from afil_core import schema, storage
from afil_core.episodes.folders import FolderLock
from afil_core.errors import AfilError
from afil_core.schema import Schema
from afil_policy.training.config import TrainConfig
from afil_policy.training.layout import FOLDER, RESUME, RUN

_log = logging.getLogger(__name__)


class RunRecord(Schema):
    """What ``run.yaml`` holds, from the start of a run on.

    Attributes:
        identity: Of configuration and data: the same for a run that would come to the same end.
        datasets: Absolute folders of the episodes, with their weights.
        dataset_sha256: Identity of the episodes.
        config: The configuration.
        processes: How many train together; runs of before do not say and had one.
    """

    renamed = {"dataset": "datasets: {folder: 1.0}"}

    identity: str
    datasets: dict[str, float]
    dataset_sha256: str
    config: TrainConfig
    processes: int = 1


def read_record(run: Path) -> RunRecord:
    """The record of a run.

    Raises:
        AfilError: When there is none, or it is damaged.
    """
    remedy = "give the folder of a run that `ros2 run afil_policy train` made"
    return schema.load(RunRecord, run / RUN, what="run", remedy=remedy)


def claim(run: Path, record: RunRecord) -> None:
    """Take a folder for a run, or find that it is this run's already.

    Raises:
        AfilError: When the folder is another run's.
    """
    if not (run / RUN).is_file():
        if (run / FOLDER).exists():
            raise AfilError(
                f"{run} holds a checkpoint without {RUN}, so nobody knows how it was trained; "
                "choose another --output"
            )
        storage.write_text(run / RUN, schema.to_yaml(record))
        return
    found = read_record(run)
    if found.identity != record.identity:
        what = "configuration" if found.dataset_sha256 == record.dataset_sha256 else "dataset"
        raise AfilError(
            f"{run} holds a run of another {what}; choose another --output, or delete {run} to "
            "train again"
        )
    if found != record and not any((run / name).exists() for name in (RESUME, FOLDER)):
        # Nothing of it was kept: it begins as it is asked for now.
        storage.write_text(run / RUN, schema.to_yaml(record))


def require_episodes_of(repeated: RunRecord, record: RunRecord) -> None:
    """Refuse to repeat a run on other episodes than it had.

    Raises:
        AfilError: When they differ, and not because the configuration chooses others.
    """
    before, now = repeated.config.data, record.config.data
    chosen_alike = (before.successful_only, before.flagged) == (now.successful_only, now.flagged)
    if chosen_alike and repeated.dataset_sha256 != record.dataset_sha256:
        named = " ".join(f if w == 1 else f"{f}={w:g}" for f, w in record.datasets.items())
        raise AfilError(
            f"the episodes in {named} are not those that the run of --from was trained on (some "
            "came or went, or got other saliency maps); to train on what is there now, name it: "
            f"--dataset {named}"
        )


def claim_numbered(runs: Path, record: RunRecord, *, again: bool = False) -> Path:
    """The folder ``<method>_<number>`` of a run: its own from before, or the next one.

    Args:
        runs: Folder of the runs; it is made when missing.
        record: The run.
        again: Whether a finished run is done once more; one that is not finished goes on.

    Returns:
        The folder, claimed.
    """
    name = record.config.method.name
    taken = sorted(p for p in runs.glob(f"{name}_*") if p.name[len(name) + 1 :].isdecimal())
    for run in reversed(taken):
        done = again and (run / FOLDER).exists()
        if not done and (run / RUN).is_file() and _is_of(run, record):
            claim(run, record)
            return run
    number = int(taken[-1].name[len(name) + 1 :]) if taken else 0
    while True:
        number += 1
        run = runs / f"{name}_{number:03d}"
        try:
            # Two runs that start at the same time must not share a folder.
            run.mkdir(parents=True)
        except FileExistsError:
            continue
        claim(run, record)
        return run


def _is_of(run: Path, record: RunRecord) -> bool:
    try:
        return read_record(run).identity == record.identity
    except AfilError as error:
        # Of a former version, or damaged: no reason to train nothing.
        _log.warning("a run is passed over: %s", error)
        return False


@contextmanager
def held(run: Path) -> Iterator[None]:
    """Nobody else trains in a folder in the meantime; the lock of a process that died is gone.

    Raises:
        AfilError: When another process trains there.
    """
    try:
        lock = FolderLock(run)
    except BlockingIOError as error:
        raise AfilError(
            f"another process is training in {run}; wait until it ends, or choose another --output"
        ) from error
    try:
        yield
    finally:
        lock.release()
