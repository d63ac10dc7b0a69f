"""One job: an episode is perceived, or it is said and noted why it could not be."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from afil_core.episodes import Episode
from afil_core.errors import AfilError
from afil_core.saliency.provenance import InputFile
from afil_perception.clips.identity import digest
from afil_perception.engines.engine import Job, Outcome
from afil_perception.pipeline.cache import CACHE_FOLDER
from afil_perception.pipeline.corrections import Corrections
from afil_perception.pipeline.failures import forget_failure, note_failure
from afil_perception.pipeline.locks import alone
from afil_perception.pipeline.pipeline import Pipeline
from afil_perception.pipeline.sidecar import FrameSink, write_sidecar
from afil_perception.pretrained.load import UnusableModelError, is_out_of_memory
from afil_perception.vlm.meter import BudgetSpentError
from afil_perception.vlm.vlm import RunEndedError


def perform(
    job: Job,
    pipeline: Pipeline,
    corrections: Corrections,
    dataset: Path,
    sink: FrameSink | None = None,
) -> Outcome:
    """Do a job. What can go wrong with an episode is in the outcome, and noted in the dataset.

    Raises:
        RunEndedError: When the run ends before the job.
    """
    path = job.episode
    try:
        known: Mapping[str, InputFile] = job.inputs
        # Another run may be at it; when it is done, there is nothing left to do.
        with alone(dataset / CACHE_FOLDER, digest(path.name), 32, pipeline.pause):
            report = write_sidecar(Episode(path), pipeline, sink, corrections, known, job.choices)
    except RunEndedError:
        raise
    except (BudgetSpentError, UnusableModelError) as error:
        # It has nothing to do with this episode, and would be so with every other.
        return Outcome(path, failure=str(error), ends_run=True)
    except AfilError as error:
        sentence = named(path, str(error))
        note_failure(dataset, path.name, sentence)
        return Outcome(path, failure=sentence)
    except RuntimeError as error:
        if not is_out_of_memory(error):
            raise
        sentence = named(
            path,
            "the models need more memory than their device has; lower tracker.window (iou's: "
            "tracker.batch) or jobs, choose smaller weights, or free the device",
        )
        note_failure(dataset, path.name, sentence)
        return Outcome(path, failure=sentence)
    forget_failure(dataset, path.name)
    return Outcome(
        path,
        report.made,
        report.why,
        report.frames,
        report.frames_with_objects,
        report.problems,
    )


def named(path: Path, sentence: str) -> str:
    """A sentence that says which episode it is about."""
    return sentence if str(path) in sentence else f"{path}: {sentence}"
