"""Loading batches ahead: torch's loader over functions of the batch's place in the run."""

from __future__ import annotations

import os
import signal
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeVar

import torch
from torch.utils.data import DataLoader, Dataset

Place = TypeVar("Place")
Made = TypeVar("Made")


@dataclass(frozen=True)
class LoaderOptions:
    """How batches are loaded; what they hold does not depend on it.

    Attributes:
        workers: Processes or threads that make batches; 0 for none beside what trains.
        ahead: Batches that each of them makes ahead.
        pinned: Whether they are put where a GPU fetches them from beside other work.
    """

    workers: int = 0
    ahead: int = 2
    pinned: bool = False


IN_STEP = LoaderOptions()


class _Batches(Dataset[Any]):
    def __init__(self, make: Callable[[Any], Any]) -> None:
        self._make = make

    def __getitem__(self, place: Any) -> Any:
        return self._make(place)


def load(
    make: Callable[[Place], Made], places: Sequence[Place], options: LoaderOptions
) -> Iterator[Made]:
    """The batches of some places in the run, in order.

    Args:
        make: Makes the batch of a place, the same one whichever process asks.
        places: Which ones.
        options: How.
    """
    if not options.workers and not options.pinned:
        return (make(place) for place in places)
    workers = min(options.workers, len(places))
    loader = DataLoader(
        _Batches(make),
        batch_size=None,
        sampler=places,
        num_workers=workers,
        prefetch_factor=options.ahead if workers else None,
        pin_memory=options.pinned,
        # The cache is mapped, and a fork shares it; workers touch no GPU.
        multiprocessing_context="fork" if workers else None,
        worker_init_fn=_begin,
    )
    return iter(loader)


def load_in_threads(
    make: Callable[[Place], Made], places: Sequence[Place], options: LoaderOptions
) -> Iterator[Made]:
    """:func:`load` without processes, for batches whose making is little more than copying.

    Copying holds no lock of the interpreter, and nothing is copied once more from process to
    process, which is what limits :func:`load` to about 1 GB/s.

    Args:
        make: Makes the batch of a place; called from several threads.
        places: Which ones.
        options: How.
    """
    if not options.workers:
        yield from map(make, places)
        return
    rest = iter(places)
    pool = ThreadPoolExecutor(options.workers, "loader")
    try:
        first = islice(rest, options.workers * options.ahead)
        waiting = deque(pool.submit(make, place) for place in first)
        while waiting:
            made = waiting.popleft().result()
            waiting.extend(pool.submit(make, place) for place in islice(rest, 1))
            yield made
    finally:
        pool.shutdown(cancel_futures=True)


def worker_count(device: str, processes: int = 1) -> int:
    """How many workers pay: on a processor that trains itself, none."""
    if torch.device(device).type == "cpu":
        return 0
    here = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
    return max(1, min(8, here // max(processes, 1) - 1))


def _begin(worker: int) -> None:
    del worker
    # Ctrl-C goes to all of the group; the one that trains ends its workers.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    torch.set_num_threads(1)
