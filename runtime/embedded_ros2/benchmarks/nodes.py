"""The nodes under test: ``python -m benchmarks.nodes pub|sub KIND RATE SECONDS``."""

from __future__ import annotations

import json
import sys
import time
from typing import Any

import rclpy
from benchmarks.load import (
    DISCOVERY_S,
    LINGER_S,
    Meter,
    Pace,
    latencies,
    message,
    payload_bytes,
    stop_after,
)
from rclpy.executors import SingleThreadedExecutor
from rclpy.qos import HistoryPolicy, QoSProfile


def _qos(rate: float) -> QoSProfile:
    return QoSProfile(depth=100) if rate else QoSProfile(history=HistoryPolicy.KEEP_ALL)


def publish(kind: str, rate: float, seconds: float) -> dict[str, float]:
    """Publish messages at a rate, or bytes flat out."""
    node = rclpy.create_node(f"bench_{kind}_publisher")
    sample = message(kind)
    publisher = node.create_publisher(type(sample), f"bench_{kind}", _qos(rate))
    raw = payload_bytes(kind)
    while not publisher.get_subscription_count():
        time.sleep(0.01)
    time.sleep(DISCOVERY_S)
    meter, pace = Meter(), Pace(rate, seconds)
    for _ in pace:
        if rate:
            stamp = sample.header.stamp
            stamp.sec, stamp.nanosec = divmod(time.time_ns(), 10**9)
            publisher.publish(sample)
        else:
            publisher.publish(raw)
    figures = meter.figures(pace.count, len(raw))
    time.sleep(LINGER_S)
    node.destroy_node()
    return figures


def subscribe(kind: str, rate: float, seconds: float) -> dict[str, float]:
    """Receive messages (bytes where the publisher goes flat out) in a spinning node."""
    node = rclpy.create_node(f"bench_{kind}_subscriber")
    ages: list[int] = []
    meters: list[Meter] = []
    last = [0.0]

    def callback(received: Any) -> None:
        now = time.time_ns()
        if not meters:
            meters.append(Meter())
        last[0] = time.monotonic()
        if rate:
            stamp = received.header.stamp
            ages.append(now - (stamp.sec * 10**9 + stamp.nanosec))
        else:
            ages.append(0)

    node.create_subscription(
        type(message(kind)), f"bench_{kind}", callback, _qos(rate), raw=not rate
    )
    size = len(payload_bytes(kind))
    stop = stop_after(seconds)
    executor = SingleThreadedExecutor()
    executor.add_node(node)
    while not stop(len(ages), last[0]):
        executor.spin_once(timeout_sec=0.2)
    executor.shutdown()
    node.destroy_node()
    figures = meters[0].figures(len(ages), size, last[0]) if meters else {}
    return {**latencies(ages), **figures}


if __name__ == "__main__":
    role, kind_, rate_, seconds_ = sys.argv[1:]
    rclpy.init(args=[])
    run = publish if role == "pub" else subscribe
    print(json.dumps(run(kind_, float(rate_), float(seconds_))), flush=True)
    rclpy.try_shutdown()
