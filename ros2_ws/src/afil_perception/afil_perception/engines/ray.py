"""A Ray cluster: each worker is a process with a pipeline of its own, maybe on another machine.

The folder of the dataset must be the same on all machines: workers read episodes there and write
sidecars there. What a killed worker was doing is done again by another.
"""

from __future__ import annotations

import json
from collections.abc import Generator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import Field

from afil_core.errors import AfilError
from afil_core.schema import Schema, read, to_plain
from afil_perception.engines.engine import Engine, Job, Outcome
from afil_perception.engines.perform import perform
from afil_perception.pipeline.cache import CACHE_FOLDER, StageCache
from afil_perception.pipeline.config import PerceptionConfig
from afil_perception.pipeline.corrections import load_corrections
from afil_perception.pipeline.pipeline import Pipeline
from afil_perception.pipeline.sidecar import FrameSink

_INSTALL = "pip install -r requirements-ray.txt"
_LOOK_S = 0.5


class RayEngine(Engine):
    """Sends jobs to a Ray cluster.

    Args:
        config: Which cluster, and what a job needs of it.
    """

    class Config(Schema):
        """Options.

        Attributes:
            address: Of the cluster's head, ``auto`` for the one on this machine; empty for the
                environment variable RAY_ADDRESS, or else a cluster of this machine alone for the
                length of the run.
            cpus_per_job: Cores that a job needs.
            gpus_per_job: GPUs that a job needs, or a part of one; 0.5 lets two share it.
            retries: How often a job is begun again whose worker died.
        """

        address: str = ""
        cpus_per_job: float = Field(1.0, gt=0)
        gpus_per_job: float = Field(0.0, ge=0)
        retries: int = Field(3, ge=0)

    def __init__(self, config: Config) -> None:
        self._config = config

    def run(
        self,
        dataset: Path,
        config: PerceptionConfig,
        jobs: Sequence[Job],
        at_once: int,
        sink: FrameSink | None,
    ) -> Generator[Outcome, None, None]:
        """Do all jobs.

        Raises:
            AfilError: When Ray is not installed, or there is no cluster.
        """
        if sink is not None:
            raise AfilError("the engine ray can't publish while it perceives; use threads")
        ray = _import_ray()
        own = not ray.is_initialized()
        if own:
            self._connect(ray, at_once)
        try:
            yield from self._run(ray, dataset.resolve(), config, jobs)
        finally:
            if own:
                ray.shutdown()

    def _run(
        self, ray: Any, dataset: Path, config: PerceptionConfig, jobs: Sequence[Job]
    ) -> Generator[Outcome, None, None]:
        options = self._config
        work = ray.remote(
            num_cpus=options.cpus_per_job,
            num_gpus=options.gpus_per_job,
            max_retries=options.retries,
        )(perform_remotely)
        plain = json.dumps(to_plain(config))
        waiting = {
            work.remote(
                str(dataset), plain, str(job.episode.resolve()), _plain(job), dict(job.choices)
            ): job
            for job in jobs
        }
        try:
            while waiting:
                done, _ = ray.wait(list(waiting), timeout=_LOOK_S)
                for reference in done:
                    job = waiting.pop(reference)
                    yield _outcome(ray, reference, job)
        finally:
            for reference in waiting:
                ray.cancel(reference, force=True)

    def _connect(self, ray: Any, at_once: int) -> None:
        address = self._config.address
        # A cluster of this machine alone takes as many jobs at once as it is told to.
        own = {} if address else {"num_cpus": max(1, round(at_once * self._config.cpus_per_job))}
        try:
            ray.init(
                address=address or None,
                include_dashboard=False if not address else None,
                log_to_driver=False,
                **own,
            )
        except ValueError:
            # RAY_ADDRESS names a cluster, which knows its cores by itself.
            ray.init(log_to_driver=False)
        except (ConnectionError, RuntimeError, TimeoutError) as error:
            raise AfilError(
                f"there is no Ray cluster at {address or 'RAY_ADDRESS'} ({error}); start one with "
                f"`ray start --head`, or leave address out"
            ) from error


def perform_remotely(
    dataset: str,
    config: str,
    episode: str,
    inputs: dict[str, dict[str, Any]],
    choices: dict[str, str],
) -> Outcome:
    """A job, in a worker: plain data in, so that it needs nothing of who sends it."""
    from afil_core.saliency.provenance import InputFile

    pipeline = _pipeline(dataset, config)
    known = {name: read(InputFile, data, episode) for name, data in inputs.items()}
    corrections = load_corrections(Path(dataset))
    job = Job(Path(episode), known, choices)
    return perform(job, pipeline, corrections, Path(dataset))


@lru_cache(maxsize=1)
def _pipeline(dataset: str, config: str) -> Pipeline:
    """The worker's pipeline: models stay loaded from one job to the next."""
    read_config = read(PerceptionConfig, json.loads(config), "the configuration")
    return Pipeline(read_config, StageCache(Path(dataset) / CACHE_FOLDER))


def _plain(job: Job) -> dict[str, dict[str, Any]]:
    return {name: to_plain(file) for name, file in job.inputs.items()}


def _outcome(ray: Any, reference: Any, job: Job) -> Outcome:
    try:
        outcome = ray.get(reference)
    except ray.exceptions.RayError as error:
        reason = str(error).strip().split("\n")[-1]
        return Outcome(
            job.episode,
            failure=f"{job.episode}: its worker of the Ray cluster was lost ({reason}); run again",
        )
    assert isinstance(outcome, Outcome)
    return outcome


def _import_ray() -> Any:
    try:
        import ray
    except ImportError as error:
        raise AfilError(f"engine ray needs Ray, which is not installed; `{_INSTALL}`") from error
    return ray
