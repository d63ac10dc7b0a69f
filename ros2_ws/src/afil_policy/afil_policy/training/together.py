"""What several processes, on several machines perhaps, do as one before they train."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar
from uuid import uuid4

from accelerate import Accelerator
from accelerate.utils import broadcast_object_list, gather_object

from afil_core.errors import AfilError

T = TypeVar("T")


def one_after_another(accelerator: Accelerator, work: Callable[[], T]) -> T:
    """The first process does something, then the first of each machine, then all others.

    Args:
        accelerator: What knows the others.
        work: What finds most of it done where another one did it.

    Raises:
        AfilError: In all of them, when it ends so in one: nobody waits for who is gone.
    """
    found: list[T] = []
    failed = ""
    with accelerator.main_process_first(), accelerator.local_main_process_first():
        try:
            found.append(work())
        except AfilError as error:
            failed = str(error)
    _require(accelerator, failed)
    return found[0]


def share_folder(accelerator: Accelerator, claim: Callable[[], Path], identity: str) -> Path:
    """The folder of a run that the first process claims, once all see what is in it.

    Args:
        accelerator: What knows the others.
        claim: Finds the folder; is called in the first process alone.
        identity: Of the run, as this process finds it.

    Raises:
        AfilError: In all of them, when there is no folder, one of them does not see it, or has
            another configuration or other episodes.
    """
    if accelerator.num_processes == 1:
        return claim()
    # An older copy of the folder on another machine has no file of this name.
    name, failed = f".seen-{uuid4().hex}", ""
    told: list[tuple[Path, str, str] | None] = [None]
    if accelerator.is_main_process:
        try:
            folder = claim()
            (folder / name).touch()
            told = [(folder, name, identity)]
        except AfilError as error:
            failed = str(error)
    _require(accelerator, failed)
    broadcast_object_list(told)
    if told[0] is None:
        raise RuntimeError("the first process told no folder")
    folder, name, expected = told[0]
    try:
        if not (folder / name).is_file():
            failed = (
                f"process {accelerator.process_index} does not see what the first one wrote into "
                f"{folder}; runs must be on a folder that all machines share, under the same path"
            )
        elif identity != expected:
            failed = (
                f"process {accelerator.process_index} has another configuration or other "
                "episodes than the first one; give all of them the same command and dataset"
            )
        _require(accelerator, failed)
    finally:
        if accelerator.is_main_process:
            (folder / name).unlink(missing_ok=True)
    return folder


def _require(accelerator: Accelerator, failed: str) -> None:
    """End all processes where one of them has failed with a sentence."""
    sentences = gather_object([failed]) if accelerator.num_processes > 1 else [failed]
    for sentence in sentences:
        if sentence:
            raise AfilError(sentence)
