"""Speed of the embedded ROS 2 beside the bare cyclonedds wheel, in one run.

``python -m benchmarks.speed [--seconds 60]``: a 640x480 image at 30 Hz, a joint state at
1 kHz, and images flat out, each between two processes. The floor runs before and after.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Callable

from benchmarks.report import Report

_CASES = (("image", 30.0), ("joint", 1000.0))
_FLAT_SECONDS = 5.0
Figures = dict[str, float]


def _environment() -> dict[str, str]:
    """Both sides use the configuration that rclpy makes for the domain."""
    environment = {**os.environ, "ROS_LOG_DIR": os.environ.get("ROS_LOG_DIR", "/tmp/bench_ros")}
    return environment


def _floor_environment() -> dict[str, str]:
    from rclpy.impl.domain import configuration

    return {**_environment(), "CYCLONEDDS_URI": configuration()}


def _pair(
    module: str, kind: str, rate: float, seconds: float, environment: dict[str, str]
) -> tuple[Figures, Figures]:
    """Run publisher and subscriber; returns the figures of both."""

    def start(role: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", f"benchmarks.{module}", role, kind, str(rate),
                   str(seconds)]  # fmt: skip
        return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)

    processes = [start("sub"), start("pub")]
    outputs = []
    for process in processes:
        output, _ = process.communicate(timeout=seconds + 60)
        if process.returncode or not output.strip():
            raise SystemExit(f"error: a {module} process of the benchmark failed ({kind})")
        outputs.append(json.loads(output.strip().splitlines()[-1]))
    return outputs[1], outputs[0]


def _mean(pairs: list[tuple[Figures, Figures]], side: int, key: str) -> float:
    return sum(pair[side][key] for pair in pairs) / len(pairs)


def _bracketed(
    kind: str, rate: float, seconds: float
) -> tuple[list[tuple[Figures, Figures]], tuple[Figures, Figures]]:
    """Floor, ours, floor: what disturbs the machine disturbs both."""
    run: Callable[..., tuple[Figures, Figures]] = _pair
    before = run("floor", kind, rate, seconds / 2, _floor_environment())
    ours = run("nodes", kind, rate, seconds, _environment())
    after = run("floor", kind, rate, seconds / 2, _floor_environment())
    return [before, after], ours


def main() -> int:
    """Run all cases; the exit code counts missed targets."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0, help="length of the paced cases")
    seconds = parser.parse_args().seconds
    report = Report("bench")
    for kind, rate in _CASES:
        floor, (publisher, subscriber) = _bracketed(kind, rate, seconds)
        name = f"{kind} {rate:g} Hz"
        report.add(f"{name} lost", publisher["count"] - subscriber.get("count", 0), "msgs", "== 0")
        for key, limit in (("p50_ms", "<= 1.5"), ("p99_ms", "<= 2")):
            base = _mean(floor, 1, key)
            report.add(f"{name} {key[:3]}", subscriber[key], "ms", baseline=base)
            report.add(f"{name} {key[:3]} / floor", subscriber[key] / base, "x", limit)
        for side, figures in enumerate((publisher, subscriber)):
            word = ("publisher", "subscriber")[side]
            report.add(f"{name} CPU {word}", figures["cpu_percent"], "%",
                       baseline=_mean(floor, side, "cpu_percent"))  # fmt: skip
    floor, (publisher, subscriber) = _bracketed("flat", 0.0, _FLAT_SECONDS)
    base = _mean(floor, 1, "mb_per_s")
    report.add("flat out raw", subscriber["mb_per_s"], "MB/s", baseline=base)
    report.add("flat out raw / floor", subscriber["mb_per_s"] / base, "x", ">= 0.8")
    report.add("flat out lost", publisher["count"] - subscriber["count"], "msgs", "== 0")
    report.add("flat out CPU publisher", publisher["cpu_percent"], "%",
               baseline=_mean(floor, 0, "cpu_percent"))  # fmt: skip
    report.add("flat out CPU subscriber", subscriber["cpu_percent"], "%",
               baseline=_mean(floor, 1, "cpu_percent"))  # fmt: skip
    print(f"written to {report.path}")
    return min(report.failures, 1)


if __name__ == "__main__":
    sys.exit(main())
