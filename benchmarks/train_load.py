"""What bench_train and bench_gpu measure with: episodes, alternating runs, memory, samples."""

from __future__ import annotations

import math
import statistics
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
import psutil
from numpy.typing import NDArray

from afil_core import schema
from afil_core.episodes import EpisodeWriter
from afil_core.testing import HOME, PERIOD_NS, FrankaOnPaper, write_saliency
from afil_policy.methods import METHODS
from afil_policy.training.config import TrainConfig

START_NS = 1_000_000_000
# What a method can't do without; oreo's steps are those that teach actions.
OPTIONS: Mapping[str, Mapping[str, object]] = {
    "combined": {"method.methods": ["autofocus", "counterfactual"]},
    "heads": {"pooling": "attentive"},
    "igmd": {"method.blocks": 1},
    "oreo": {"method.pretrain_steps": 0},
}


def record_demonstrations(dataset: Path, episodes: int, steps: int) -> None:
    """Episodes of 320x240 images in which a bright square moves, with maps of where it is."""
    robot = FrankaOnPaper()
    noise = np.random.default_rng(0).integers(0, 90, (240, 320, 3), dtype=np.uint8)
    for number in range(episodes):
        writer = EpisodeWriter(dataset, robot.contract, "lift the orange carrot")
        pose, stamps, maps = HOME.copy(), [], []
        for k in range(steps):
            stamp = START_NS + k * PERIOD_NS
            image, salient = noise.copy(), np.zeros((240, 320), np.uint8)
            place = (slice(60, 110), slice(20 + 2 * k + 5 * number, 70 + 2 * k + 5 * number))
            image[place], salient[place] = (230, 120, 20), 255
            values: dict[str, NDArray[Any]] = {"ee_pose": pose, robot.contract.anchor: image}
            pose = pose + np.array([0.001, 0, 0, 0, 0, 0, 0])
            for topic, cdr in [*robot.by_topic(stamp, values), *robot.command(stamp, pose)]:
                writer.write(topic, cdr, stamp)
            stamps.append(stamp)
            maps.append(salient)
        topic = robot.contract.stream(robot.contract.anchor).topic
        write_saliency(writer.save(True), topic, zip(stamps, maps, strict=True))


def configured(method: str, **changes: object) -> TrainConfig:
    """The default configuration with a method."""
    overrides = {"method": method, "data.validation_fraction": 0.0, **OPTIONS.get(method, {})}
    return schema.parse(TrainConfig, "", "bench", overrides | changes)


def methods() -> list[str]:
    """All methods that are registered, bc first."""
    return ["bc", *(name for name in METHODS.names() if name != "bc")]


def alternating(
    runs: Mapping[str, Callable[[], int]], rounds: int, clock: Callable[[], float]
) -> dict[str, list[float]]:
    """Seconds per sample of each run in each round, one after the other.

    Args:
        runs: By name: does some work and says how many samples it took.
        rounds: How often.
        clock: Seconds; CPU time does not see what else the machine does.
    """
    found: dict[str, list[float]] = {name: [] for name in runs}
    for number in range(rounds):
        # Whoever comes second finds the caches as the first one left them.
        for name in sorted(runs, reverse=bool(number % 2)):
            begun = clock()
            samples = runs[name]()
            found[name].append((clock() - begun) / samples)
    return found


@dataclass(frozen=True)
class Slower:
    """How much slower one run is than another, percent: the median of the rounds' ratios.

    Attributes:
        median: Of all rounds.
        lower: Below it lies the true median with a probability of 2.5 %.
        upper: Above it, likewise.
    """

    median: float
    lower: float
    upper: float

    @classmethod
    def of(cls, found: Mapping[str, list[float]], name: str, than: str) -> Slower:
        """Of what :func:`alternating` found."""
        ratios = np.sort(np.array(found[name]) / np.array(found[than]))
        # Ranks of the ordered values: the interval holds without any assumption on their spread.
        rank = max(0, math.floor(len(ratios) / 2 - 0.98 * math.sqrt(len(ratios))))
        middle = statistics.median(ratios)
        return cls(*(100 * (float(r) - 1) for r in (middle, ratios[rank], ratios[-1 - rank])))


def least(found: Mapping[str, list[float]], name: str) -> float:
    """The least seconds per sample of a run: what others do on the machine only adds to it."""
    return min(found[name])


class Sampled:
    """What a number was while this was entered, asked again and again by a thread.

    Args:
        ask: The number; an error of it ends the asking.
        every_s: How often.

    Attributes:
        seen: What it was.
    """

    def __init__(self, ask: Callable[[], float], every_s: float = 0.05) -> None:
        self.seen: list[float] = []
        self._ask, self._every_s = ask, every_s
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Sampled:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._end.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._end.wait(self._every_s):
            try:
                self.seen.append(self._ask())
            except (ModuleNotFoundError, RuntimeError):  # no nvidia-ml-py, or an old driver
                return


def memory_mb() -> float:
    """Memory of this process and its children that no file stands behind, MB.

    Pages of bags and shards that are mapped come and go as the system likes.
    """
    here = psutil.Process()
    return sum(anonymous_mb(p.pid) for p in [here, *here.children(recursive=True)])


def anonymous_mb(process: int | str = "self") -> float:
    """Memory of a process that no file stands behind, MB: what a leak would add to."""
    try:
        text = Path(f"/proc/{process}/status").read_text()
    except OSError:
        return 0.0
    lines = [line for line in text.splitlines() if line.startswith("RssAnon:")]
    return int(lines[0].split()[1]) / 1e3 if lines else 0.0


@contextmanager
def wall() -> Iterator[Callable[[], float]]:
    """Seconds since it was entered."""
    begun = time.perf_counter()
    yield lambda: time.perf_counter() - begun
