"""One process: what waits for a VLM lets others go on, and models are in memory once."""

from __future__ import annotations

import threading
from collections.abc import Generator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from pathlib import Path

from afil_core.errors import AfilError
from afil_core.schema import Schema
from afil_perception.clips.episode import EpisodeClip
from afil_perception.engines.engine import Engine, Job, Outcome
from afil_perception.engines.perform import perform
from afil_perception.pipeline.cache import CACHE_FOLDER, StageCache
from afil_perception.pipeline.config import PerceptionConfig
from afil_perception.pipeline.corrections import load_corrections
from afil_perception.pipeline.maps import PerceivedFrame
from afil_perception.pipeline.pipeline import Pipeline
from afil_perception.pipeline.sidecar import FrameSink
from afil_perception.vlm.vlm import RunEndedError

# Between two looks at whether a signal came: a wait without an end can't be interrupted.
_LOOK_S = 0.2


class ThreadEngine(Engine):
    """Threads that share one pipeline; with one job at a time, no thread."""

    calls_back = True

    class Config(Schema):
        """No options."""

    def __init__(self, config: Config) -> None:
        del config

    def run(
        self,
        dataset: Path,
        config: PerceptionConfig,
        jobs: Sequence[Job],
        at_once: int,
        sink: FrameSink | None,
    ) -> Generator[Outcome, None, None]:
        """Do all jobs."""
        pipeline = Pipeline(config, StageCache(dataset / CACHE_FOLDER))
        corrections = load_corrections(dataset)
        if at_once == 1:
            for job in jobs:
                yield perform(job, pipeline, corrections, dataset, sink)
            return
        ended = threading.Event()
        turn = threading.Lock()

        def watched(clip: EpisodeClip, frame: PerceivedFrame) -> None:
            if ended.is_set():
                raise RunEndedError("the run was ended")
            if sink is not None:
                with turn:
                    sink(clip, frame)

        def do(job: Job) -> Outcome | None:
            try:
                return perform(job, pipeline, corrections, dataset, watched)
            except RunEndedError:
                return None

        with ThreadPoolExecutor(at_once, "perceive") as pool:
            waiting = {pool.submit(do, job) for job in jobs}
            try:
                while waiting:
                    done, waiting = wait(waiting, _LOOK_S, FIRST_COMPLETED)
                    yield from _outcomes(done)
            finally:
                ended.set()
                if waiting:
                    pipeline.stop()
                for future in waiting:
                    future.cancel()


def _outcomes(done: set[Future[Outcome | None]]) -> Generator[Outcome, None, None]:
    for future in done:
        outcome = future.result()
        if outcome is None:
            raise AfilError("a job ended before its end")
        yield outcome
