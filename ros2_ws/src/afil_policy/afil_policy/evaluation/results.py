"""Results of an evaluation: never a success rate without its seeds, count and interval."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from afil_core.errors import AfilError
from afil_core.statistics import wilson_interval
from afil_policy.files import write_text

_FORMAT = 1


@dataclass(frozen=True)
class EpisodeResult:
    """One episode.

    Attributes:
        seed: Its seed.
        success: Whether the task was solved.
        steps: Control steps that it took.
        timeouts: Steps that went by without a command: the policy was too slow, or refused.
        score: How well it went, 0 to 1.
    """

    seed: int
    success: bool
    steps: int
    timeouts: int = 0
    score: float = 0.0


@dataclass(frozen=True)
class Setting:
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


@dataclass(frozen=True)
class Results:
    """Episodes of one setting, in the order of their seeds."""

    setting: Setting
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
        return replace(self, episodes=(*self.episodes, episode))

    def in_task(self, task: str) -> Results:
        """The results, of the task that the world said where none was asked for."""
        if self.setting.task or not task:
            return self
        return replace(self, setting=replace(self.setting, task=task))

    def summary(self) -> str:
        """Success with count and interval, e.g. ``18/20 = 90% (95 % interval 70% to 97%)``.

        Steps that the policy missed are named, if there are any.
        """
        text = describe(self.successes, len(self.episodes))
        missed = sum(e.timeouts for e in self.episodes)
        steps = sum(e.steps for e in self.episodes)
        return f"{text}; {missed} of {steps} steps without a command" if missed else text

    def to_json(self) -> str:
        """The text of ``results.json``."""
        data: dict[str, Any] = {"format": _FORMAT, "setting": asdict(self.setting)}
        count = len(self.episodes)
        if count:
            low, high = wilson_interval(self.successes, count)
            data["summary"] = {
                "episodes": count,
                "successes": self.successes,
                "success_rate": self.successes / count,
                "wilson_interval_95": [low, high],
            }
        data["episodes"] = [asdict(e) for e in self.episodes]
        return json.dumps(data, indent=1)


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
    try:
        write_text(path, results.to_json())
    except OSError as error:
        raise AfilError(
            f"can't write {path} ({error.strerror}); choose another --output"
        ) from error


def load_results(path: Path) -> Results:
    """Read what :func:`save_results` wrote.

    Raises:
        AfilError: When the file is missing or is something else.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        if data["format"] != _FORMAT:
            raise ValueError(f"format {data['format']}")
        setting = Setting(**data["setting"])
        return Results(setting, tuple(EpisodeResult(**e) for e in data["episodes"]))
    except OSError as error:
        raise AfilError(f"can't read the results {path} ({error.strerror})") from error
    except (ValueError, KeyError, TypeError) as error:
        raise AfilError(
            f"{path} holds no results of `ros2 run afil_policy evaluate` ({error}); delete it or "
            "choose another file"
        ) from error


def begin_or_resume(path: Path, setting: Setting) -> Results:
    """Results to go on from: those in the file, or none yet.

    Raises:
        AfilError: When the file holds results of another setting, naming what differs.
    """
    if not path.exists():
        return Results(setting)
    results = load_results(path)
    theirs, ours = asdict(results.setting), asdict(setting)
    if not setting.task:
        del ours["task"]
    lines = [f"{k}: {theirs[k]} != {ours[k]}" for k in ours if theirs[k] != ours[k]]
    if lines:
        raise AfilError(
            f"{path} holds results of another setting ({'; '.join(lines)}); choose another "
            "--output, or delete it"
        )
    return results
