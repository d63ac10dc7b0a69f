"""An engine that perceives the last episode first, one after the other, in this process."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from pathlib import Path

from afil_core.schema import Schema
from afil_perception.engines import ENGINES, Engine, Job, Outcome
from afil_perception.pipeline.config import PerceptionConfig
from afil_perception.pipeline.sidecar import FrameSink


class BackwardsEngine(Engine):
    """Hands the jobs in another order to the engine that is always there."""

    class Config(Schema):
        """No options."""

    calls_back = True

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
        threads = ENGINES.select("threads").build()
        yield from threads.run(dataset, config, list(reversed(jobs)), at_once, sink)
