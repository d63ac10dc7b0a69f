"""What bench_train measures with: episodes, alternating runs, memory of a tree of processes."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
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
# What a method can't do without.
OPTIONS: Mapping[str, Mapping[str, object]] = {
    "combined": {"method.methods": ["autofocus", "counterfactual"]},
    "heads": {"pooling": "attentive"},
    "igmd": {"method.blocks": 1},
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
    for _ in range(rounds):
        for name, run in runs.items():
            begun = clock()
            samples = run()
            found[name].append((clock() - begun) / samples)
    return found


def least(found: Mapping[str, list[float]], name: str) -> float:
    """The least seconds per sample of a run: what others do on the machine only adds to it."""
    return min(found[name])


class PeakMemory:
    """The greatest :func:`memory_mb` while entered."""

    def __init__(self, every_s: float = 0.05) -> None:
        self.peak_mb = 0.0
        self._every_s = every_s
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> PeakMemory:
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
            self.peak_mb = max(self.peak_mb, memory_mb())


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
