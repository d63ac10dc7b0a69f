"""Perceiving a whole dataset: one bad bag is reported and harms no other."""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from afil_core.episodes import Episode
from afil_core.episodes.metadata import EPISODE_FILE
from afil_core.errors import AfilError
from afil_core.progress import Progress
from afil_core.saliency.provenance import backends_sentence
from afil_perception.engines.engine import Job, Outcome
from afil_perception.engines.perform import named
from afil_perception.pipeline.cache import CACHE_FOLDER, StageCache
from afil_perception.pipeline.config import PerceptionConfig
from afil_perception.pipeline.corrections import CORRECTIONS_FILE, load_corrections
from afil_perception.pipeline.estimate import estimate
from afil_perception.pipeline.failures import failure_of, note_failure
from afil_perception.pipeline.pipeline import Pipeline
from afil_perception.pipeline.resolve import refuse_loss
from afil_perception.pipeline.run_config import RunConfig
from afil_perception.pipeline.sidecar import FrameSink
from afil_perception.pipeline.state import NEVER, EpisodeState, stages_due, state_of

# Who looks for longer at what there is to do says how far it is.
_QUIET_S = 2.0
_BAG_PATTERNS = ("metadata.yaml", "*.mcap", "*.db3")

Say = Callable[[str], None]


class Advancing(Protocol):
    """Shows progress."""

    def advance(self, units: int = 1, detail: str = "") -> None:
        """Count units as done."""


@dataclass(frozen=True)
class DatasetReport:
    """What was done for a dataset.

    Attributes:
        written: Episodes whose sidecar was written now.
        skipped: Episodes whose sidecar was up to date.
        failures: A sentence per bag that could not be perceived, and why the run ended early.
        backends: Which backends were chosen, and which of them are stand-ins.
        not_begun: Episodes that were not begun, because the run ended before.
        cost: What the VLM was used for, and how much; empty without one.
        ended_early: Whether the last of the failures is no bag's, and ended the run.
    """

    written: int
    skipped: int
    failures: tuple[str, ...]
    backends: str
    not_begun: int = 0
    cost: str = ""
    ended_early: bool = False

    @property
    def summary(self) -> str:
        """What was done and by whom, for a person."""
        rest = f", not begun {self.not_begun}" if self.not_begun else ""
        return (
            f"done: sidecars written {self.written}, up to date {self.skipped}, "
            f"bags that failed {len(self.failures) - self.ended_early}{rest}. {self.cost}"
            f"{self.backends}"
        )

    def raise_failures(self) -> None:
        """End with an error if a bag failed.

        Raises:
            AfilError: Says the first failure, and how many more there are.
        """
        if self.failures:
            more = len(self.failures) - 1
            raise AfilError(self.failures[0] + (f" (and {more} more, see above)" * bool(more)))


@dataclass
class Survey:
    """What there is to do in a dataset.

    Attributes:
        folder: Of the dataset.
        states: Episodes that can be read, each with why it must be perceived.
        failures: A sentence per bag that can't be.
        problems: What is wrong with no episode of its own.
    """

    folder: Path
    states: list[EpisodeState] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @property
    def due(self) -> list[EpisodeState]:
        """Episodes that must be perceived."""
        return [state for state in self.states if state.why]

    def lines(self) -> list[str]:
        """A line per episode: whether it is up to date, and why not."""
        said = []
        for state in self.states:
            name = state.episode.path.name
            failed = failure_of(self.folder, name)
            before = f" (it failed: {failed.sentence})" if failed else ""
            said.append(f"{name}: {state.why or 'up to date'}{before}")
        return [*said, *self.failures]


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


def dataset_of(path: Path) -> Path:
    """The dataset of a folder that is one, or that is an episode of one."""
    return path.resolve().parent if (path / EPISODE_FILE).is_file() else path


def survey(path: Path, pipeline: Pipeline, say: Say = print) -> Survey:
    """Look what there is to do; recordings that no sidecar knows are read once to be hashed.

    Args:
        path: Folder of a dataset, or of a single episode.
        pipeline: How it should be perceived.
        say: Gets progress lines, where it takes long.

    Raises:
        AfilError: When there is nothing to perceive, or the corrections can't be read.
    """
    episodes, foreign = find_episodes(path)
    found = Survey(dataset_of(path), failures=foreign)
    corrections = load_corrections(found.folder)
    bar: Progress | None = None
    begun_s = time.monotonic()
    for number, episode in enumerate(episodes):
        if bar is None and time.monotonic() - begun_s > _QUIET_S:
            bar = Progress("recordings looked at", len(episodes), done=number, write=say)
        try:
            found.states.append(state_of(episode, pipeline, corrections))
        except AfilError as error:
            found.failures.append(named(episode.path, str(error)))
            note_failure(found.folder, episode.path.name, found.failures[-1])
        if bar is not None:
            bar.advance()
    there = {p.name for p in found.folder.iterdir()}
    unknown = sorted({c.episode for c in corrections.corrections} - there)
    found.problems = [f"{CORRECTIONS_FILE} names {n}, which is no episode" for n in unknown]
    found.problems += [
        f"{CORRECTIONS_FILE} names stream '{c.stream}' of {c.episode}, which has "
        f"{', '.join(state.clips)}"
        for state in found.states
        for c in corrections.corrections
        if c.episode == state.episode.path.name and c.stream and c.stream not in state.clips
    ]
    return found


def perceive_dataset(
    path: Path,
    config: PerceptionConfig,
    sink: FrameSink | None = None,
    say: Say = print,
    warn: Say = print,
    run: RunConfig | None = None,
    progress: Callable[[int], Advancing] | None = None,
) -> DatasetReport:
    """Write the sidecars of all episodes of a dataset; finished ones are skipped.

    Args:
        path: Folder of a dataset, or of a single episode.
        config: How to perceive.
        sink: Also gets every frame's result.
        say: Gets progress lines.
        warn: Gets what is wrong with which bag, and what can't be looked for.
        run: Where, and how many episodes at once.
        progress: Shows progress, for a number of episodes; lines by default.

    Raises:
        AfilError: When there is nothing to perceive, or a stand-in that nobody named would
            replace what a model found, or what a stage runs on is not on this machine; nothing
            is begun then.
    """
    run = run or RunConfig()
    cache = StageCache(dataset_of(path) / CACHE_FOLDER)
    pipeline = Pipeline(config, cache)
    found = survey(path, pipeline, say)
    for sentence in (*found.problems, *found.failures):
        warn(sentence)
    for line in pipeline.choice_lines():
        say(line)
    refuse_loss(
        [state.before for state in found.due if state.before is not None],
        pipeline.backends,
        pipeline.chosen_stand_ins,
    )
    if found.due:
        _require_place(found.folder)
    if run.engine.kind.calls_back:
        pipeline.require(stages_due(found.due, cache))
    expected = estimate(found.due, pipeline, cache)
    if expected is not None and expected.use.requests:
        say(expected.sentence())
    total = len(found.states) + len(found.failures)
    bar = progress(total) if progress else Progress("perceived", total, write=say)
    for state in found.states:
        if not state.why:
            bar.advance(detail=f"{state.episode.path.name} is up to date")
    if found.failures:
        bar.advance(len(found.failures), "of those that can't be read")
    tally = _Tally(bar, warn, list(found.failures))
    jobs = [Job(state.episode.path, state.inputs, pipeline.choices) for state in found.due]
    engine = run.engine.build()
    with closing(engine.run(found.folder, pipeline.config, jobs, run.jobs, sink)) as outcomes:
        for outcome in outcomes:
            if not tally.add(outcome):
                break
    cost = ""
    if expected is not None and pipeline.vlm is not None:
        used = pipeline.vlm.used()
        assert used is not None
        cost = f"VLM: {(used - expected.used).sentence()}; with former runs {used.sentence()}. "
    return DatasetReport(
        written=tally.written,
        skipped=len(found.states) - len(jobs) + tally.skipped,
        failures=tuple(tally.failures),
        backends=backends_sentence(pipeline.backends, pipeline.stand_ins),
        not_begun=len(jobs) - tally.ended,
        cost=cost,
        ended_early=tally.ended_early,
    )


def _require_place(dataset: Path) -> None:
    """Make sure that there is a place for what stages do.

    Raises:
        AfilError: When there is none.
    """
    place = dataset / CACHE_FOLDER
    try:
        place.mkdir(exist_ok=True)
        if not os.access(place, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    except OSError as error:
        raise AfilError(
            f"{place} cannot be written ({error.strerror}), so there is no place for what "
            f"perception finds; perceive a copy of the dataset, or let it be written"
        ) from error


class _Tally:
    """Counts and tells what became of the jobs."""

    def __init__(self, bar: Advancing, warn: Say, failures: list[str]) -> None:
        self._bar = bar
        self._warn = warn
        self._told: set[str] = set()
        self.failures = failures
        self.written = self.skipped = self.ended = 0
        self.ended_early = False

    def add(self, outcome: Outcome) -> bool:
        """Count one; whether the run goes on."""
        name = outcome.episode.name
        if outcome.failure:
            self.failures.append(outcome.failure)
            self._warn(outcome.failure)
            if outcome.ends_run:
                self.ended_early = True
                return False
            self.ended += 1
            self._bar.advance(detail=f"{name} failed")
            return True
        self.ended += 1
        for problem in outcome.problems:
            if problem not in self._told:
                self._told.add(problem)
                self._warn(f"{name}: {problem}")
        self.written += outcome.made
        self.skipped += not outcome.made
        if not outcome.made:
            self._bar.advance(detail=f"{name} was perceived by another run")
            return True
        anew = f" (made anew: {outcome.why})" if outcome.why not in ("", NEVER) else ""
        found = f"{outcome.frames_with_objects} of {outcome.frames} frames"
        self._bar.advance(detail=f"{name}: key objects in {found}{anew}")
        return True
