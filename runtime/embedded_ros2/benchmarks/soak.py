"""Endurance: memory, threads and descriptors of many nodes, and nodes that are killed.

``python -m benchmarks.soak [--minutes 10] [--kills 50]``: ten node processes with forty
topics, measured after a warm-up and at the end; then one node is killed with SIGKILL and restarted
again and again, and its peers must hear it within three seconds each time.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.report import Report

_NODES, _TOPICS = 10, 40
_RATE_HZ = 10.0
_WARM_UP_S = 20.0


def member(index: int) -> None:
    """One of the nodes: publishes four topics and subscribes to eight."""
    from sensor_msgs.msg import JointState

    import rclpy
    from rclpy.executors import ExternalShutdownException

    rclpy.init(args=[])
    node = rclpy.create_node(f"soak_{index}")
    each = _TOPICS // _NODES
    publishers = [
        node.create_publisher(JointState, f"soak_topic_{index * each + k}", 10)
        for k in range(each)
    ]
    message = JointState(name=["a", "b"], position=[1.0, 2.0])
    for k in range(2 * each):
        topic = (index * each + 5 * k + 1) % _TOPICS
        node.create_subscription(JointState, f"soak_topic_{topic}", lambda m: None, 10)

    def publish() -> None:
        message.header.stamp = node.get_clock().now().to_msg()
        for publisher in publishers:
            publisher.publish(message)

    node.create_timer(1 / _RATE_HZ, publish)
    with contextlib.suppress(KeyboardInterrupt, ExternalShutdownException):
        rclpy.spin(node)
    node.destroy_node()
    rclpy.try_shutdown()


def victim() -> None:
    """The node that is killed: publishes its process id."""
    from std_msgs.msg import Int64

    import rclpy

    rclpy.init(args=[])
    node = rclpy.create_node("soak_victim")
    publisher = node.create_publisher(Int64, "soak_victim_pid", 10)
    node.create_timer(0.05, lambda: publisher.publish(Int64(data=os.getpid())))
    rclpy.spin(node)


def _start(*arguments: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "benchmarks.soak", *arguments]
    environment = {**os.environ, "ROS_LOG_DIR": os.environ.get("ROS_LOG_DIR", "/tmp/soak_ros")}
    return subprocess.Popen(command, env=environment)


def _state(process: subprocess.Popen[bytes]) -> tuple[float, int, int]:
    """Resident memory in MB, threads, open descriptors."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    values = dict(line.split(":", 1) for line in status.splitlines() if ":" in line)
    descriptors = len(list(Path(f"/proc/{process.pid}/fd").iterdir()))
    return int(values["VmRSS"].split()[0]) / 1024, int(values["Threads"]), descriptors


def endure(report: Report, minutes: float) -> None:
    """Run the nodes and compare their state after the warm-up with that at the end."""
    processes = [_start("--member", str(index)) for index in range(_NODES)]
    try:
        time.sleep(_WARM_UP_S)
        before = [_state(process) for process in processes]
        end = time.monotonic() + minutes * 60
        while time.monotonic() < end:
            time.sleep(min(30.0, max(end - time.monotonic(), 0.0)))
            worst = max(_state(p)[0] - b[0] for p, b in zip(processes, before, strict=True))
            print(f"  {max(end - time.monotonic(), 0):.0f} s to go, growth {worst:.2f} MB",
                  flush=True)  # fmt: skip
        after = [_state(process) for process in processes]
    finally:
        for process in processes:
            process.send_signal(signal.SIGINT)
        for process in processes:
            process.wait(timeout=20)
    growth = [max(a[i] - b[i] for a, b in zip(after, before, strict=True)) for i in range(3)]
    report.add("memory growth, worst node", growth[0], "MB", "<= 5")
    report.add("threads gained, worst node", growth[1], "", "<= 0")
    report.add("descriptors gained, worst node", growth[2], "", "<= 0")
    clean = sum(process.returncode == 0 for process in processes)
    report.add("nodes that ended cleanly", clean / _NODES, "", "== 1")


def kill_and_restart(report: Report, kills: int) -> None:
    """Kill a node and measure how soon its next life is heard."""
    from std_msgs.msg import Int64

    import rclpy

    rclpy.init(args=[])
    node = rclpy.create_node("soak_observer")
    heard: set[int] = set()
    node.create_subscription(Int64, "soak_victim_pid", lambda m: heard.add(m.data), 10)
    slowest = 0.0
    for _ in range(kills):
        start = time.monotonic()
        process = _start("--victim")
        while process.pid not in heard and time.monotonic() - start < 30:
            rclpy.spin_once(node, timeout_sec=0.1)
        slowest = max(slowest, time.monotonic() - start)
        process.kill()
        process.wait()
    report.add(f"slowest of {kills} rediscoveries (with start)", slowest, "s", "<= 3")
    node.destroy_node()
    rclpy.try_shutdown()


def main() -> int:
    """Run both parts; the exit code tells whether a target was missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--member", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--victim", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.member is not None:
        member(arguments.member)
        return 0
    if arguments.victim:
        victim()
        return 0
    report = Report("soak")
    endure(report, arguments.minutes)
    kill_and_restart(report, arguments.kills)
    return min(report.failures, 1)


if __name__ == "__main__":
    sys.exit(main())
