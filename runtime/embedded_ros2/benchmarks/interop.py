"""Camera images between this runtime and the real rclpy on Fast DDS with its own defaults.

Run by ``make bench-interop``. Each figure of ours has beside it, as baseline, what the same
transfer gives with Cyclone DDS's own packets, measured in turn with it.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

from benchmarks.report import Report

PEER = Path(__file__).resolve().parents[1] / "tests" / "interop" / "fast_dds_peer.py"
REAL = "EMBEDDED_ROS2_REAL_PYTHON"
COUNT = 150
ROUNDS = 3
LONGEST_S = 40.0
CYCLONES_OWN = (
    '<CycloneDDS><Domain id="any"><General><MaxMessageSize>14720B</MaxMessageSize>'
    "<FragmentSize>1344B</FragmentSize></General></Domain></CycloneDDS>"
)
# Fast DDS of ROS 2 heeds it where it is not confined to this machine.
LARGE_BUFFER = {
    "FASTDDS_BUILTIN_TRANSPORTS": "UDPv4?sockets_size=4MB",
    "ROS_AUTOMATIC_DISCOVERY_RANGE": "SUBNET",
}


def transfer(
    sender: str,
    receiver: str,
    qos: str,
    *,
    own_packets: bool = False,
    listening: dict[str, str] | None = None,
) -> dict[str, Any]:
    """Send images from one Python to another.

    Args:
        sender: Interpreter that publishes.
        receiver: Interpreter that subscribes.
        qos: ``reliable`` or ``best_effort``.
        own_packets: Whether the sender uses the packets of Cyclone DDS.
        listening: Further environment of the receiver.

    Returns:
        ``count``, and ``p50_ms`` and ``p99_ms`` where there is one.
    """
    base = {**os.environ, "ROS_AUTOMATIC_DISCOVERY_RANGE": "LOCALHOST"}
    sending = {"CYCLONEDDS_URI": CYCLONES_OWN} if own_packets else {}

    def start(python: str, role: str, **variables: str) -> subprocess.Popen[str]:
        command = [python, str(PEER), role, "/images", qos, str(COUNT)]
        return subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
            env={**base, **variables},
        )  # fmt: skip

    listener = start(receiver, "listen", **(listening or {}))
    assert listener.stdout is not None and listener.stdout.readline().strip() == "ready"
    publisher = start(sender, "images", **sending)
    try:
        found: dict[str, Any] = json.loads(listener.communicate(timeout=LONGEST_S)[0])
    except subprocess.TimeoutExpired:
        # Fast DDS may not come back from a sample that it put together wrongly.
        found = {"count": 0}
    finally:
        for process in (publisher, listener):
            process.kill()
            process.communicate()
    return found


def _share(found: list[dict[str, Any]]) -> float:
    return statistics.median(one["count"] / COUNT for one in found)


def _median_ms(found: list[dict[str, Any]]) -> float:
    # Where nothing came there is no time; the share tells.
    return statistics.median(one.get("p50_ms", float("inf")) for one in found)


def main() -> int:
    """Measure; the exit code says whether all targets are met."""
    if REAL not in os.environ:
        print(f"error: {REAL} names no Python with a real rclpy", file=sys.stderr)
        return 2
    ours, real = sys.executable, os.environ[REAL]
    report = Report("bench-interop")
    after, before = [], []
    for _ in range(ROUNDS):
        after.append(transfer(ours, real, "reliable"))
        before.append(transfer(ours, real, "reliable", own_packets=True))
    report.add("to Fast DDS, reliable: share", _share(after), "", ">= 0.98", _share(before))
    report.add("to Fast DDS, reliable: p50", _median_ms(after), "ms", "", _median_ms(before))
    ratio = _median_ms(after) / _median_ms(before)
    report.add("to Fast DDS, reliable: p50 / before", ratio, "x", "<= 0.5")
    after, before = [], []
    for _ in range(ROUNDS):
        after.append(transfer(ours, real, "best_effort"))
        before.append(transfer(ours, real, "best_effort", own_packets=True))
    report.add("to Fast DDS, best effort: share", _share(after), "", "", _share(before))
    large = [transfer(ours, real, "best_effort", listening=LARGE_BUFFER) for _ in range(ROUNDS)]
    report.add("  with sockets_size=4MB there: share", _share(large), "", ">= 0.98")
    report.add("  with sockets_size=4MB there: p50", _median_ms(large), "ms")
    back = [transfer(real, ours, "reliable") for _ in range(ROUNDS)]
    report.add("from Fast DDS, reliable: share", _share(back), "", ">= 0.98")
    report.add("from Fast DDS, reliable: p50", _median_ms(back), "ms")
    among = [transfer(ours, ours, "reliable") for _ in range(ROUNDS)]
    plain = [transfer(ours, ours, "reliable", own_packets=True) for _ in range(ROUNDS)]
    report.add("among ourselves: p50", _median_ms(among), "ms", "", _median_ms(plain))
    return report.failures != 0


if __name__ == "__main__":
    sys.exit(main())
