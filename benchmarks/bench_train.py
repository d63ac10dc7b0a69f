"""What training costs: data, loader, and each method beside behavior cloning.

``python -m benchmarks.bench_train [--lerobot PYTHON]`` makes its own episodes and measures, in one
run: bags to training cache (MB/s, peak memory) on a dataset of 2 GB; batches a second beside what
the network takes and, with the Python of an environment that has ``lerobot``, beside LeRobot's
loader on the same steps; CPU time of a training step of each registered method beside that of
``bc``, alternating (the median of the rounds' ratios); and what an epoch leaves in memory.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from itertools import count
from pathlib import Path

import numpy as np
import torch

from afil_core.episodes import Episode
from afil_core.process.allocator import keep_freed_memory
from afil_policy.data.batch import Batch, Needs
from afil_policy.data.batches import BatchSource
from afil_policy.data.cache import Cache, open_cache
from afil_policy.data.config import DataConfig
from afil_policy.data.preparation import Preparation
from afil_policy.data.shard_writer import write_shard
from afil_policy.training.statistics import fit_normalization
from afil_policy.training.trainer import Trainer
from benchmarks.bench_read import record_fast
from benchmarks.report import Report
from benchmarks.train_load import (
    Sampled,
    Slower,
    alternating,
    anonymous_mb,
    configured,
    least,
    memory_mb,
    methods,
    record_demonstrations,
    wall,
)

_GIGABYTES = 2.0
_STEPS, _ROUNDS = 2, 5
_EPISODES, _LENGTH = 10, 100


def cache_speed(report: Report, folder: Path) -> None:
    """Bags to cache: speed and memory."""
    dataset = folder / "large"
    record_fast(dataset, 20)
    first = next(dataset.glob("episode_*"))
    size = sum(f.stat().st_size for f in first.glob("*.mcap"))
    for number in range(1, round(_GIGABYTES * 1e9 / size) + 1):
        shutil.copytree(first, dataset / f"episode_{number:06d}")
    megabytes = sum(f.stat().st_size for f in dataset.glob("*/*.mcap")) / 1e6
    # What was copied is on its way to the disk, and is not to be written while it is read.
    os.sync()
    before = memory_mb()
    with Sampled(memory_mb) as memory, wall() as seconds:
        open_cache(dataset, DataConfig(), folder / "cache_large", needs_saliency=False)
        taken = seconds()
    report.add("bags to cache", megabytes / taken, "MB/s", ">= 200")
    report.add("bags to cache: dataset", megabytes, "MB")
    report.add("bags to cache: peak above the start", max(memory.seen) - before, "MB", "<= 500")
    # What others do on the machine slows the clock, and hardly the processor.
    begun = time.process_time()
    preparation = Preparation(DataConfig(), Episode(first).contract)
    write_shard(folder / "shard", Episode(first), preparation, None)
    spent = time.process_time() - begun
    report.add("bags to cache, a second of one core", size / 1e6 / spent, "MB", ">= 200")
    with wall() as seconds:
        open_cache(dataset, DataConfig(), folder / "cache_large", needs_saliency=False)
        report.add("cache held against its hashes", seconds(), "s")
    shutil.rmtree(dataset)


def loading(cache: Cache, needs: Needs, method: str = "bc") -> Callable[[], int]:
    """Loads some batches, and says of how many samples."""
    batches = endless(cache, needs, method)
    return lambda: sum(len(next(batches).actions) for _ in range(_STEPS))


def endless(
    cache: Cache, needs: Needs, method: str, cells: Mapping[str, tuple[int, int]] | None = None
) -> Iterator[Batch]:
    """Batches of one epoch after the other."""
    config = configured(method)
    steps = np.arange(len(cache.actions))
    normalization = fit_normalization(config.data, cache, steps)
    source = BatchSource(cache, config, normalization, needs, cells=cells or {})
    for epoch in count():
        yield from source.training(steps, epoch, 0)


def training(cache: Cache, folder: Path, method: str, *, loaded: bool) -> Callable[[], int]:
    """Takes some steps of training; with ``loaded``, their batches are made, too."""
    config = configured(method)
    needs = config.method.kind.needs(config.method.config)
    trainer = Trainer(config, cache, folder / method)
    batches = endless(cache, needs, method, trainer._method.cells())
    one = next(batches)
    numbers = count()

    def run() -> int:
        samples = 0
        for _ in range(_STEPS):
            batch = next(batches) if loaded else one
            trainer._step(batch, next(numbers))
            samples += len(batch.actions)
        return samples

    run()
    return run


def loader_speed(report: Report, cache: Cache, folder: Path, lerobot: Path | None) -> None:
    """Batches a second, beside what takes them."""
    runs = {
        "loader": loading(cache, Needs()),
        "network": training(cache, folder, "bc", loaded=False),
    }
    found = alternating(runs, _ROUNDS, time.process_time)
    need, rate = 1 / least(found, "network"), 1 / least(found, "loader")
    report.add("bc: what the network takes, of one core", need, "1/s")
    report.add("loader, of one core", rate, "1/s", baseline=need)
    report.add("loader by the network's need", rate / need, "x", ">= 3")
    if lerobot is None:
        told = "not measured; give --lerobot the Python of its environment"
        print(f"LeRobot's loader: {told}")
        report.note("loader by LeRobot's fastest", float("nan"), "x", ">= 5", told, ok=True)
        return
    theirs = lerobot_rate(cache, folder, lerobot)
    if not theirs:
        report.note(
            "loader by LeRobot's fastest", float("nan"), "x", ">= 5", "it failed", ok=False
        )
        return
    for name, other in theirs.items():
        report.add(f"LeRobot's loader, {name}", other, "1/s")
    best = max(theirs.values())
    report.add("loader by LeRobot's fastest", rate / best, "x", ">= 5", baseline=best)


def lerobot_rate(cache: Cache, folder: Path, python: Path) -> dict[str, float]:
    """Samples a second of LeRobot's loader in one process on the same images and numbers."""
    steps = np.arange(len(cache.actions))
    place = folder / "steps.npz"
    np.savez(
        place,
        images=cache.images(cache.cameras[0], steps),
        state=cache.proprioception,
        actions=cache.actions,
        episodes=cache.episodes,
    )
    script = Path(__file__).with_name("lerobot_loader.py")
    command = [str(python), str(script), str(place), str(folder / "lerobot")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        print(f"LeRobot's loader: not measured; its script failed: {done.stderr[-600:]}")
        return {}
    rates: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return rates


def method_cost(report: Report, cache: Cache, folder: Path) -> None:
    """CPU time of each method's training, batches included, by that of bc."""
    for method in methods()[1:]:
        rounds = 12 * _ROUNDS if method == "autofocus" else _ROUNDS
        runs = {name: training(cache, folder, name, loaded=True) for name in ("bc", method)}
        found = alternating(runs, rounds, time.process_time)
        slower = Slower.of(found, method, than="bc")
        target = "<= 4" if method == "autofocus" else ""
        report.add(f"{method}: slower than bc", slower.median, "%", target)
        if method == "autofocus":
            report.add(f"{method}: slower than bc, lower bound", slower.lower, "%")
            report.add(f"{method}: slower than bc, upper bound", slower.upper, "%")
    report.add("bc: samples a second of CPU", 1 / least(found, "bc"), "1/s")


def memory_left(report: Report, cache: Cache) -> None:
    """What an epoch of batches leaves in memory."""
    steps = len(cache.actions)
    batches = endless(cache, Needs(saliency=True), "autofocus")
    sizes = []
    for _ in range(4):
        taken = 0
        while taken < steps:
            taken += len(next(batches).actions)
        sizes.append(anonymous_mb())
    report.add("memory that an epoch adds", max(sizes[1:]) - sizes[0], "MB", "<= 5")


def main() -> int:
    """Measure and report; exit code 1 where a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lerobot", type=Path, help="Python of an environment with lerobot")
    args = parser.parse_args()
    report = Report("bench-train.jsonl")
    with tempfile.TemporaryDirectory(prefix="afil_bench_train_") as name:
        folder = Path(name)
        cache_speed(report, folder)
        # One thread, so that CPU time is what a step costs; memory as the command has it.
        torch.set_num_threads(1)
        keep_freed_memory()
        record_demonstrations(folder / "demos", _EPISODES, _LENGTH)
        config = DataConfig(validation_fraction=0.0)
        cache = open_cache(folder / "demos", config, folder / "cache", needs_saliency=True)
        loader_speed(report, cache, folder, args.lerobot)
        memory_left(report, cache)
        method_cost(report, cache, folder)
    return 1 if report.failures else 0


if __name__ == "__main__":
    sys.exit(main())
