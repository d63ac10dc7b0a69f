"""Results of an evaluation: never a success rate without its seeds, count and interval."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any, Literal

import numpy as np

from afil_core import schema, storage
from afil_core.errors import AfilError
from afil_core.schema import Schema


class EpisodeResult(Schema):
    """One episode.

    Attributes:
        seed: Its seed.
        success: Whether the task was solved.
        steps: Control steps that it took.
        timeouts: Steps that went by without a command: the policy was too slow, or refused.
        score: How well it went, 0 to 1.
        metrics: What the task counted beside it, by name.
    """

    seed: int
    success: bool
    steps: int
    timeouts: int = 0
    score: float = 0.0
    metrics: dict[str, float] = {}


class Setting(Schema):
    """What was evaluated; results of different settings are never mixed.

    Attributes:
        checkpoint: Folder of the checkpoint.
        trained_at: When that checkpoint was finished, so that a new one there is noticed.
        method: Method that it was trained with.
        robot: Name of the robot, or path of its contract.
        sim: Whether the robot was simulated.
        task: Task of the world; empty where it is the robot's usual one and none ran yet.
        cue: Confounding cue in the image.
        first_seed: Seed of the first episode; the following count up.
    """

    checkpoint: str
    trained_at: str
    method: str
    robot: str
    sim: bool
    task: str
    cue: str
    first_seed: int


class Results(Schema):
    """Episodes of one setting, in the order of their seeds.

    Attributes:
        format: Of the file.
        setting: What was evaluated.
        summary: Count, rate and interval, for whoever reads the file; made when it is written.
        episodes: The episodes.
    """

    format: Literal[1] = 1
    setting: Setting
    summary: dict[str, Any] | None = None
    episodes: tuple[EpisodeResult, ...] = ()

    @property
    def successes(self) -> int:
        """Number of solved episodes."""
        return sum(e.success for e in self.episodes)

    @property
    def next_seed(self) -> int:
        """Seed of the first episode that is not there yet."""
        return self.setting.first_seed + len(self.episodes)

    def with_episode(self, episode: EpisodeResult) -> Results:
        """The results and one more episode.

        Raises:
            AfilError: When its seed is not the next one.
        """
        if episode.seed != self.next_seed:
            raise AfilError(
                f"the world ran seed {episode.seed} where seed {self.next_seed} was due; is "
                "another program resetting it? Stop that, then run the same command again"
            )
        return self.model_copy(update={"episodes": (*self.episodes, episode)})

    def in_task(self, task: str) -> Results:
        """The results, of the task that the world said where none was asked for."""
        if self.setting.task or not task:
            return self
        setting = self.setting.model_copy(update={"task": task})
        return self.model_copy(update={"setting": setting})

    @property
    def has_scores(self) -> bool:
        """Whether scores say more than success does."""
        return any(e.score != float(e.success) for e in self.episodes)

    def score_sentence(self) -> str:
        """Mean score in percent with its standard error, e.g. ``47.8 ± 3.2 (20 episodes)``."""
        count = len(self.episodes)
        if not count:
            return "no episodes"
        scores = np.array([100 * e.score for e in self.episodes])
        if count == 1:
            return f"{scores[0]:.1f} (1 episode)"
        error = scores.std(ddof=1) / math.sqrt(count)
        return f"{scores.mean():.1f} ± {error:.1f} ({count} episodes)"

    def mean_metrics(self) -> dict[str, float]:
        """Mean of each metric over the episodes that have it, in the order of the task."""
        found: dict[str, list[float]] = {}
        for episode in self.episodes:
            for name, value in episode.metrics.items():
                found.setdefault(name, []).append(value)
        return {name: sum(values) / len(values) for name, values in found.items()}

    def sentence(self) -> str:
        """Success with count and interval, e.g. ``18/20 = 90% (95 % interval 70% to 97%)``.

        Steps that the policy missed are named, if there are any.
        """
        text = describe(self.successes, len(self.episodes))
        missed = sum(e.timeouts for e in self.episodes)
        steps = sum(e.steps for e in self.episodes)
        return f"{text}; {missed} of {steps} steps without a command" if missed else text

    def to_json(self) -> str:
        """The text of ``results.json``."""
        count = len(self.episodes)
        summary = None
        if count:
            summary = {
                "episodes": count,
                "successes": self.successes,
                "success_rate": self.successes / count,
                "wilson_interval_95": list(wilson_interval(self.successes, count)),
                "mean_score": sum(e.score for e in self.episodes) / count,
                "mean_metrics": self.mean_metrics(),
            }
        return json.dumps(schema.to_plain(self) | {"summary": summary}, indent=1)


def wilson_interval(successes: int, count: int) -> tuple[float, float]:
    """95 % Wilson score interval of a success rate (E. B. Wilson, JASA 22, 1927).

    Args:
        successes: 0 to ``count``.
        count: At least 1.
    """
    # Half a second to import, and a node that only counts episodes needs no interval.
    from scipy.stats import binomtest

    interval = binomtest(successes, count).proportion_ci(0.95, method="wilson")
    # scipy misses the exact bound of "none" and "all" by an ulp.
    low = 0.0 if successes == 0 else float(interval.low)
    return low, 1.0 if successes == count else float(interval.high)


def describe(successes: int, count: int) -> str:
    """A success rate as it may be printed: with its count and its 95 % Wilson interval."""
    if count == 0:
        return "no episodes"
    low, high = wilson_interval(successes, count)
    rate = successes / count
    return f"{successes}/{count} = {rate:.0%} (95 % interval {low:.0%} to {high:.0%})"


def save_results(path: Path, results: Results) -> None:
    """Write results in one step.

    Raises:
        AfilError: When the file can't be written.
    """
    storage.write_text(path, results.to_json())


def load_results(path: Path) -> Results:
    """Read what :func:`save_results` wrote.

    Raises:
        AfilError: When the file is missing or is something else.
    """
    try:
        found = schema.load(Results, path, what="results file")
    except AfilError as error:
        raise AfilError(
            f"{path} holds no results of `ros2 run afil_policy evaluate` ({error}); delete it or "
            "choose another file"
        ) from error
    # It follows from the episodes.
    return found.model_copy(update={"summary": None})


def begin_or_resume(path: Path, setting: Setting) -> Results:
    """Results to go on from: those in the file, or none yet.

    Raises:
        AfilError: When the file holds results of another setting, naming what differs.
    """
    if not path.exists():
        return Results(setting=setting)
    results = load_results(path)
    theirs, ours = schema.to_plain(results.setting), schema.to_plain(setting)
    if not setting.task:
        del ours["task"]
    lines = [f"{k}: {theirs[k]} != {ours[k]}" for k in ours if theirs[k] != ours[k]]
    if lines:
        raise AfilError(
            f"{path} holds results of another setting ({'; '.join(lines)}); choose another "
            "--output, or delete it"
        )
    return results
