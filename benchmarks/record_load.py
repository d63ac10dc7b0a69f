"""Three cameras and a fast arm, as bytes: what a recorder has to cope with.

``python -m benchmarks.record_load CONTRACT COUNTS`` publishes every observation of a contract at
its rate until SIGTERM and then writes the stamps that it sent to the file COUNTS (numpy, one
array for each topic).
"""

from __future__ import annotations

import heapq
import signal
import struct
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import rclpy
from rclpy.qos import QoSProfile
from rosidl_runtime_py.utilities import get_message

from afil_core.contract import load_contract
from afil_core.kinds import Observation

_STAMP = struct.Struct("<iI")
_STAMP_AT = 4
_SECOND_NS = 1_000_000_000
# Pictures that follow each other differ, as those of a camera do.
_PICTURES = 4


def payloads(stream: Observation) -> list[bytearray]:
    """Messages of a stream: of a picture with structure and a camera's noise, or of numbers."""
    if not stream.is_image:
        return [bytearray(stream.encode(np.full(stream.shape, 0.5), 0))]
    rows, columns = np.mgrid[0 : stream.shape[0], 0 : stream.shape[1]]
    scene = np.stack([rows // 4 % 256, columns // 4 % 256, (rows + columns) // 8 % 256], -1)
    noise = np.random.default_rng(0)
    return [
        bytearray(
            stream.encode(
                np.clip(np.roll(scene, 8 * k, 1) + noise.integers(-3, 4, scene.shape), 0, 255)
                .astype(np.uint8),
                0,
            )
        )
        for k in range(_PICTURES)
    ]  # fmt: skip


def publish(contract_file: str, counts: Path) -> None:
    """Send until SIGTERM."""
    contract = load_contract(contract_file)
    rclpy.init()
    node = rclpy.create_node("record_load")
    stopped: list[int] = []
    signal.signal(signal.SIGTERM, lambda *_: stopped.append(1))
    due: list[tuple[int, int]] = []
    lines: list[tuple[Any, list[bytearray], int, str, list[int]]] = []
    start = time.monotonic_ns() + _SECOND_NS
    for number, stream in enumerate(contract.observations):
        qos = QoSProfile(**stream.qos.profile())
        publisher = node.create_publisher(get_message(stream.type), stream.topic, qos)
        period = round(_SECOND_NS / stream.rate_hz)
        lines.append((publisher, payloads(stream), period, stream.topic, []))
        # Cameras are not in step.
        heapq.heappush(due, (start + number * 3_000_000, number))
    while not stopped:
        at, number = due[0]
        ahead = at - time.monotonic_ns()
        if ahead > 0:
            time.sleep(ahead / _SECOND_NS)
        publisher, messages, period, _, stamps = lines[number]
        message = messages[len(stamps) % len(messages)]
        now = time.time_ns()
        _STAMP.pack_into(message, _STAMP_AT, *divmod(now, _SECOND_NS))
        publisher.publish(bytes(message))
        stamps.append(now)
        heapq.heapreplace(due, (at + period, number))
    arrays: dict[str, Any] = {line[3]: np.array(line[4]) for line in lines}
    np.savez(counts, **arrays)
    rclpy.try_shutdown()


if __name__ == "__main__":
    publish(sys.argv[1], Path(sys.argv[2]))
