"""Perceiving a whole dataset: one bad bag is reported and harms no other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from afil_core.episodes import Episode
from afil_core.episodes.metadata import EPISODE_FILE
from afil_core.errors import AfilError
from afil_core.progress import Progress
from afil_core.saliency.provenance import backends_sentence
from afil_perception.pipeline.cache import CACHE_FOLDER, StageCache
from afil_perception.pipeline.config import PerceptionConfig
from afil_perception.pipeline.pipeline import Pipeline
from afil_perception.pipeline.sidecar import FrameSink, write_sidecar

_BAG_PATTERNS = ("metadata.yaml", "*.mcap", "*.db3")


@dataclass(frozen=True)
class DatasetReport:
    """What was done for a dataset.

    Attributes:
        written: Episodes whose sidecar was written now.
        skipped: Episodes whose sidecar was up to date.
        failures: A sentence per bag that could not be perceived.
        backends: Which backends were chosen, and which of them are stand-ins.
    """

    written: int
    skipped: int
    failures: tuple[str, ...]
    backends: str

    @property
    def summary(self) -> str:
        """What was done and by whom, for a person."""
        return (
            f"done: sidecars written {self.written}, up to date {self.skipped}, "
            f"bags that failed {len(self.failures)}. {self.backends}"
        )

    def raise_failures(self) -> None:
        """End with an error if a bag failed.

        Raises:
            AfilError: Says the first failure, and how many more there are.
        """
        if self.failures:
            more = len(self.failures) - 1
            raise AfilError(self.failures[0] + (f" (and {more} more, see above)" * bool(more)))


def find_episodes(path: Path) -> tuple[list[Episode], list[str]]:
    """The episodes of a dataset, and a sentence for each bag in it that is none.

    Args:
        path: Folder of a dataset, or of a single episode.

    Raises:
        AfilError: When the folder is missing or holds no bag at all.
    """
    if not path.is_dir():
        raise AfilError(f"dataset {path} does not exist; give the folder of the episodes")
    if (path / EPISODE_FILE).is_file():
        return [Episode(path)], []
    episodes, foreign = [], []
    for folder in sorted(p for p in path.iterdir() if p.is_dir()):
        if folder.name.startswith("."):
            continue
        if (folder / EPISODE_FILE).is_file():
            episodes.append(Episode(folder))
        elif folder.name.startswith("episode_") or any(
            next(folder.glob(pattern), None) for pattern in _BAG_PATTERNS
        ):
            foreign.append(
                f"{folder} is no episode of AFIL: it has no {EPISODE_FILE}; record it with "
                "afil_teleop, or move it out of the dataset"
            )
    if not episodes and not foreign:
        raise AfilError(
            f"dataset {path} holds no episode (a folder with {EPISODE_FILE}); record some with "
            f"`ros2 launch afil_teleop record.launch.py dataset:={path}`"
        )
    return episodes, foreign


def perceive_dataset(
    path: Path,
    config: PerceptionConfig,
    sink: FrameSink | None = None,
    say: Callable[[str], None] = print,
    warn: Callable[[str], None] = print,
) -> DatasetReport:
    """Write the sidecars of all episodes of a dataset; finished ones are skipped.

    Args:
        path: Folder of a dataset, or of a single episode.
        config: How to perceive.
        sink: Also gets every frame's result.
        say: Gets progress lines.
        warn: Gets what is wrong with which bag, and what can't be looked for.

    Raises:
        AfilError: When there is nothing to perceive.
    """
    episodes, failures = find_episodes(path)
    dataset = path.parent if (path / EPISODE_FILE).is_file() else path
    pipeline = Pipeline(config, StageCache(dataset / CACHE_FOLDER))
    for sentence in failures:
        warn(sentence)
    progress = Progress("perceived", len(episodes), write=say)
    written = skipped = 0
    told: set[str] = set()
    for episode in episodes:
        try:
            report = write_sidecar(episode, pipeline, sink)
        except AfilError as error:
            sentence = str(error)
            if str(episode.path) not in sentence:
                sentence = f"{episode.path}: {sentence}"
            failures.append(sentence)
            warn(sentence)
            progress.advance(detail=f"{episode.path.name} failed")
            continue
        for problem in report.problems:
            if problem not in told:
                told.add(problem)
                warn(f"{episode.path.name}: {problem}")
        if report.made:
            written += 1
            found = f"{report.frames_with_objects} of {report.frames} frames"
            anew = f" (made anew: {report.why})" if report.why else ""
            detail = f"{episode.path.name}: key objects in {found}{anew}"
        else:
            skipped += 1
            detail = f"{episode.path.name} is up to date"
        progress.advance(detail=detail)
    backends = backends_sentence(pipeline.backends, pipeline.stand_ins)
    return DatasetReport(written, skipped, tuple(failures), backends)
