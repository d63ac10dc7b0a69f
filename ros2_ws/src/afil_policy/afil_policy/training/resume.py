"""The state of an unfinished run: enough to go on as if it had never stopped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import torch

from afil_core.errors import AfilError
from afil_core.storage import replacing
from afil_policy.training.layout import RESUME


@dataclass
class RunState:
    """Where a run stands, at a step boundary.

    Attributes:
        identity: Configuration and dataset; a state of another run is refused.
        processes: How many train together.
        epoch: Epoch under way.
        batch: Batches of it that are done.
        rows: Finished rows of the loss log.
        sums: Sums of the loss terms over the batches that are done.
        parts: States of what the run changes: method, optimizer, schedule, averaged weights.
    """

    identity: str
    processes: int = 1
    epoch: int = 0
    batch: int = 0
    rows: list[dict[str, float]] = field(default_factory=list)
    sums: dict[str, float] = field(default_factory=dict)
    parts: dict[str, Any] = field(default_factory=dict)


def save_state(folder: Path, state: RunState) -> None:
    """Write the state beside its place and move it in."""
    # asdict would copy every tensor where it lies, on a GPU that may be full.
    plain = {f.name: getattr(state, f.name) for f in fields(state)}
    with replacing(folder / RESUME) as draft:
        torch.save(plain, draft)


def load_state(folder: Path, identity: str, processes: int = 1) -> RunState | None:
    """The state of an interrupted run in this folder; None when there is none.

    Raises:
        AfilError: When the state is damaged, or of another configuration, dataset or number of
            processes.
    """
    path = folder / RESUME
    if not path.is_file():
        return None
    try:
        state = RunState(**torch.load(path, weights_only=True, map_location="cpu"))
    except Exception as error:  # unpickling raises whatever the damage makes it stumble over
        raise AfilError(
            f"the resume state {path} is damaged; delete it to start the run afresh"
        ) from error
    if state.identity != identity:
        raise AfilError(
            f"{folder} holds an unfinished run of another configuration or dataset; choose "
            f"another --output, or delete {path} to start afresh"
        )
    if state.processes != processes:
        raise AfilError(
            f"{folder} holds an unfinished run of {state.processes} process(es), and now there "
            f"are {processes}, which take other steps; start as many, or delete {path}"
        )
    return state


def put_back(state: RunState, parts: Mapping[str, Any], folder: Path) -> None:
    """Give what the run changes the states that were saved.

    Args:
        state: What was saved; of a run that has not begun nothing.
        parts: By name: what takes its state with ``load_state_dict``.
        folder: Where it was saved.

    Raises:
        AfilError: When they do not fit, as where a library now builds other networks.
    """
    try:
        for name, part in state.parts.items():
            parts[name].load_state_dict(part)
    except (RuntimeError, ValueError, KeyError) as error:
        reason = " ".join(str(error).split())
        raise AfilError(
            f"the resume state {folder / RESUME} does not fit this run's networks ({reason}); "
            "go on with the versions of the packages that it was begun with, or delete it to "
            "start the run afresh"
        ) from error


def remove_state(folder: Path) -> None:
    """Forget the state once the run is finished."""
    (folder / RESUME).unlink(missing_ok=True)
