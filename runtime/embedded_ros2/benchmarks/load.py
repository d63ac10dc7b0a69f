"""What the benchmarked processes share: payloads, pacing, figures."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

DISCOVERY_S = 0.5  # After the match, so that volatile data are not lost to discovery.
LINGER_S = 1.5  # The writer stays until its last samples are acknowledged.
QUIET_S = 1.2  # A subscriber stops when nothing came for so long.
START_S = 15.0


def message(kind: str) -> Any:
    """The benchmarked message: a 640x480 rgb8 image, or a joint state of an arm."""
    if kind in ("image", "flat"):
        from sensor_msgs.msg import Image

        pixels = np.random.default_rng(0).integers(0, 255, 640 * 480 * 3, dtype=np.uint8)
        image = Image(height=480, width=640, encoding="rgb8", step=1920, data=pixels.tobytes())
        image.header.frame_id = "camera"
        return image
    from sensor_msgs.msg import JointState

    numbers = [0.1 * index for index in range(9)]
    joints = JointState(
        name=[f"fr3_joint{index}" for index in range(9)],
        position=numbers, velocity=numbers, effort=numbers,
    )  # fmt: skip
    joints.header.frame_id = "base"
    return joints


def payload_bytes(kind: str) -> bytes:
    """The message as CDR."""
    from rclpy.serialization import serialize_message

    return serialize_message(message(kind))


class Pace:
    """Iterates at a rate (0: as fast as it goes) for a time."""

    def __init__(self, rate: float, seconds: float) -> None:
        self.rate, self.seconds, self.count = rate, seconds, 0

    def __iter__(self) -> Iterator[int]:
        start = time.perf_counter()
        while True:
            if self.rate:
                if self.count >= self.rate * self.seconds:
                    return
                ahead = start + self.count / self.rate - time.perf_counter()
                if ahead > 0:
                    time.sleep(ahead)
            elif time.perf_counter() - start > self.seconds:
                return
            self.count += 1
            yield self.count


class Meter:
    """Processor time and throughput since it was made."""

    def __init__(self) -> None:
        self.wall, self.cpu = time.monotonic(), time.process_time()

    def figures(self, count: int, size: int, end: float | None = None) -> dict[str, float]:
        """Counts and rates; ``end`` is when the last sample came."""
        wall = max((end or time.monotonic()) - self.wall, 1e-9)
        return {
            "count": count,
            "mb_per_s": count * size / wall / 1e6,
            "cpu_percent": 100 * (time.process_time() - self.cpu) / wall,
        }


def latencies(ages_ns: list[int]) -> dict[str, float]:
    """Median and 99th percentile in milliseconds."""
    if not ages_ns:
        return {"p50_ms": float("nan"), "p99_ms": float("nan")}
    p50, p99 = np.percentile(np.array(ages_ns) / 1e6, [50, 99])
    return {"p50_ms": float(p50), "p99_ms": float(p99)}


def stop_after(seconds: float) -> Callable[[int, float], bool]:
    """Function (received, time of the last one) -> whether the subscriber is done."""
    start = time.monotonic()

    def stop(received: int, last: float) -> bool:
        now = time.monotonic()
        if not received:
            return now - start > START_S + seconds
        return now - last > QUIET_S

    return stop
