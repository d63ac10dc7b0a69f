"""How much more than bare reading it costs to turn a bag into steps of a demonstration.

``python -m benchmarks.bench_read [--dataset DIR]`` measures, in one run and alternating, the CPU
time of a bare rosbags read of every message of a bag, and that of reading its aligned steps with
observations and actions; and the peak memory of both. On the demo's dataset (made here where it
is not given), and on an episode of a 30 Hz 640x480 camera with 1 kHz joint states at 10 Hz.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
import tracemalloc
from pathlib import Path

import numpy as np
from rosbags.rosbag2 import Reader

from afil_core.contract import load_contract
from afil_core.episodes import Episode, EpisodeWriter, list_episodes
from afil_core.testing import HOME, READY_JOINTS, FrankaOnPaper, changed, record_franka
from benchmarks.report import Report

TARGET = "<= 1.5"
SECOND_NS = 1_000_000_000
PASSES = 7


def record_fast(folder: Path, seconds: int) -> None:
    """An episode of a 30 Hz 640x480 camera, 1 kHz joints and 100 Hz poses, at 10 Hz control."""
    contract = changed(
        load_contract("franka"),
        {
            "observations.front_image.size": [480, 640],
            "observations.front_image.rate_hz": 30.0,
            "observations.joint_positions.rate_hz": 1000.0,
        },
    )
    robot = FrankaOnPaper(contract)
    writer = EpisodeWriter(folder, contract, "lift the carrot")
    joints, camera = contract.stream("joint_positions"), contract.stream("front_image")
    rows, columns = np.mgrid[0:480, 0:640]
    picture = np.stack([rows % 256, columns % 256, (rows + columns) % 256], -1).astype(np.uint8)
    pose = HOME.copy()
    for k in range(seconds * 1000):
        stamp = SECOND_NS + k * 1_000_000
        writer.write(joints.topic, joints.encode(READY_JOINTS, stamp), stamp)
        if k % 10 == 0:
            slow = robot.observations(
                stamp, {"ee_pose": pose}, without=("front_image", "joint_positions")
            )
            for name, cdr in slow.items():
                writer.write(contract.stream(name).topic, cdr, stamp)
        if k % 33 == 0:
            writer.write(camera.topic, camera.encode(np.roll(picture, k, axis=1), stamp), stamp)
        if k % 100 == 0:
            pose = pose + np.array([0.001, 0, 0, 0, 0, 0, 0])
            for topic, cdr in robot.command(stamp, pose):
                writer.write(topic, cdr, stamp)
    writer.save(True)


def bare(path: Path) -> int:
    """Read every message with rosbags and nothing more."""
    count = 0
    with Reader(path) as reader:
        for _ in reader.messages():
            count += 1
    return count


def steps(path: Path) -> int:
    """Read the aligned steps of the demonstration."""
    return sum(1 for _ in Episode(path).steps())


def cpu_s(read: str, dataset: Path) -> float:
    """CPU seconds of one pass through a dataset."""
    paths = [e.path for e in list_episodes(dataset)]
    begun = time.process_time()
    for path in paths:
        {"bare": bare, "steps": steps}[read](path)
    return time.process_time() - begun


def peak_mb(read: str, dataset: Path) -> float:
    """Peak of what Python and numpy allocate while a dataset is read, MB."""
    cpu_s(read, dataset)
    tracemalloc.start()
    try:
        cpu_s(read, dataset)
        return tracemalloc.get_traced_memory()[1] / 1e6
    finally:
        tracemalloc.stop()


def compare(report: Report, name: str, dataset: Path) -> None:
    """Add the figures of one dataset."""
    pairs = []
    for _ in range(PASSES):
        # One after the other, so that a busy machine slows both.
        pairs.append((cpu_s("bare", dataset), cpu_s("steps", dataset)))
    floor = statistics.median(a for a, _ in pairs)
    ratio = statistics.median(b / a for a, b in pairs)
    report.add(f"{name}: bag to steps, CPU of a bare read", ratio, "x", TARGET)
    report.add(f"{name}: bag to steps", ratio * floor, "s", baseline=floor)
    report.add(
        f"{name}: peak memory", peak_mb("steps", dataset), "MB",
        baseline=peak_mb("bare", dataset),
    )  # fmt: skip


def main() -> int:
    """Measure and report; exit code 1 where a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dataset", type=Path, help="the demo's dataset; made here by default")
    dataset = parser.parse_args().dataset
    report = Report("bench-read.jsonl")
    with tempfile.TemporaryDirectory(prefix="afil_bench_read_") as folder:
        if dataset is None or not dataset.is_dir():
            dataset = Path(folder) / "demo"
            for _ in range(20):
                record_franka(dataset, 50)
        compare(report, "demo's bags", dataset)
        fast = Path(folder) / "fast"
        record_fast(fast, 20)
        compare(report, "30 Hz camera, 1 kHz joints", fast)
    return 1 if report.failures else 0


if __name__ == "__main__":
    sys.exit(main())
