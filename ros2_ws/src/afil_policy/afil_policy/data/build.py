"""Building the shards that are missing, in several processes where that pays."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_EXCEPTION, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import ModuleType

from afil_core.episodes import Episode
from afil_core.errors import AfilError
from afil_core.progress import Progress
from afil_policy.data.config import DataConfig
from afil_policy.data.preparation import Preparation
from afil_policy.data.shard_writer import write_shard

# A process takes a second to start, in which this much is read.
_BYTES_A_WORKER = 100_000_000


@dataclass(frozen=True)
class Job:
    """A shard that is missing: its folder, and the folder of its episode."""

    folder: Path
    episode: Path


def build(
    jobs: Sequence[Job], config: DataConfig, progress: Progress, workers: int | None = None
) -> None:
    """Write shards; those that are finished stay when one fails or the work is interrupted.

    Args:
        jobs: The shards.
        config: Which streams, which size.
        progress: Is told of each.
        workers: Processes beside this one; None for as many as there is work and processors
            for.

    Raises:
        AfilError: When an episode can't be read.
    """
    if workers is None:
        size = sum(f.stat().st_size for job in jobs for f in job.episode.glob("*.mcap"))
        workers = min(len(jobs), _processors(), size // _BYTES_A_WORKER)
    if workers <= 1:
        for job in jobs:
            write(job, config)
            progress.advance(detail=job.episode.name)
        return
    with ProcessPoolExecutor(workers, _context(), initializer=_ignore_interrupts) as pool:
        try:
            with _light_main():
                futures = [pool.submit(write, job, config) for job in jobs]
            for job, future in zip(jobs, futures, strict=True):
                told = partial(progress.advance, detail=job.episode.name)
                future.add_done_callback(_telling(told))
            for future in wait(futures, return_when=FIRST_EXCEPTION).done:
                future.result()
        except BrokenProcessPool as error:
            raise AfilError(
                "a process that reads episodes was killed; where memory is short, read one at a "
                "time with --workers 0"
            ) from error
        finally:
            pool.shutdown(cancel_futures=True)


def write(job: Job, config: DataConfig) -> None:
    """Write one shard, in whichever process."""
    episode = Episode(job.episode)
    preparation = Preparation(config, episode.contract)
    write_shard(job.folder, episode, preparation, config.saliency.build().folder)


@contextmanager
def _light_main() -> Iterator[None]:
    """Workers that start in here import what they need, and not the program with all of torch."""
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


def _telling(advance: Callable[[], None]) -> Callable[[object], None]:
    def tell(future: object) -> None:
        del future
        advance()

    return tell


def _context() -> multiprocessing.context.BaseContext:
    # A fork of a process with threads may hang, and a fresh interpreter for each worker is slow.
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    return context


def _ignore_interrupts() -> None:
    # Ctrl-C goes to all of the group; the parent lets what is under way end.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    import cv2

    cv2.setNumThreads(0)


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
