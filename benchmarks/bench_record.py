"""CPU, losses and memory of recording beside a bare loop that takes and appends the same messages.

``python -m benchmarks.bench_record [--seconds 60] [--minutes 10] [--parts abc]``: three raw
640x480 rgb8 cameras at 30 Hz and joint states at 1 kHz from another process. (a) the floor, the
recorder, the floor again, one after the other in one run; (b) the recorder with zstd chunks and
with cameras as JPEG; (c) its resident memory over a long recording.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import yaml

from afil_core.bags import read_bag
from afil_core.contract import load_contract
from afil_core.episodes.metadata import read_metadata
from afil_core.messages import peek_stamp
from afil_core.testing import ros_environment
from benchmarks.record_memory import MemorySamples
from benchmarks.report import Report

CAMERAS = ("front", "wrist", "side")
_TICKS_S = os.sysconf("SC_CLK_TCK")
_STARTUP_S = 60.0
_RAW_GB_S = 0.088


@dataclass(frozen=True)
class Run:
    """What one recording cost.

    Attributes:
        cpu_s: CPU seconds of the recording process for each second of messages.
        mb_s: Megabytes of messages written each second.
        lost: Messages between the first and the last recorded one that are missing.
        messages: Messages that were recorded.
        memory: Of the process, sampled twice a second.
        size_mb: Size of the bag.
    """

    cpu_s: float
    mb_s: float
    lost: int = 0
    messages: int = 0
    memory: MemorySamples = field(default_factory=MemorySamples)
    size_mb: float = 0.0

    @property
    def cpu_per_gb(self) -> float:
        """CPU seconds for a gigabyte of messages: a busy machine loses some, the floor most."""
        return 1000 * self.cpu_s / self.mb_s


def write_contract(path: Path) -> None:
    """The contract of the load."""
    # What a busy machine keeps from being sent for two seconds is still there.
    qos = {"reliability": "reliable", "durability": "volatile"}
    cameras = {
        name: {
            "kind": "image", "topic": f"/{name}/image_raw", "type": "sensor_msgs/msg/Image",
            "qos": {**qos, "depth": 60}, "encoding": "rgb8", "size": [480, 640],
            "rate_hz": 30.0, "max_age_s": 0.3,
        }
        for name in CAMERAS
    }  # fmt: skip
    joints = {
        "kind": "joint_positions", "topic": "/joint_states",
        "type": "sensor_msgs/msg/JointState", "qos": {**qos, "depth": 2000},
        "joints": [f"joint{n}" for n in range(1, 8)], "unit": "rad", "rate_hz": 1000.0,
        "max_age_s": 0.1,
    }  # fmt: skip
    document = {
        "robot": "bench", "control_rate_hz": 30.0, "anchor": CAMERAS[0],
        "observations": {**cameras, "joints": joints},
    }  # fmt: skip
    path.write_text(yaml.safe_dump(document, sort_keys=False))


@contextmanager
def process(module: str, *arguments: str, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A Python module as a process that ends with the block, by SIGTERM."""
    with log.open("wb") as file:
        command = [sys.executable, *module.split(" ", 1), *arguments]
        running = subprocess.Popen(command, stdout=file, stderr=subprocess.STDOUT)
    try:
        yield running
        running.send_signal(signal.SIGTERM)
        running.wait(60)
    finally:
        running.kill()


def cpu_s(pid: int) -> float:
    """CPU seconds of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS_S


def await_line(log: Path, text: str) -> None:
    """Wait until a log has a text."""
    deadline = time.monotonic() + _STARTUP_S
    while text not in log.read_text(errors="replace"):
        if time.monotonic() > deadline:
            raise SystemExit(f"error: '{text}' did not appear:\n{log.read_text()[-2000:]}")
        time.sleep(0.05)


def floor(folder: Path, contract: Path, seconds: float) -> Run:
    """The bare loop."""
    log, output = folder / "floor.log", folder / "floor.bin"
    with process("-m benchmarks.record_floor", str(contract), str(output), log=log) as running:
        await_line(log, "ready")
        with process("-m benchmarks.record_load", str(contract), str(folder / "f.npz"),
                     log=folder / "load.log"):  # fmt: skip
            while not output.stat().st_size:
                time.sleep(0.1)
            time.sleep(2.0)
            begun, cpu, size = time.monotonic(), cpu_s(running.pid), output.stat().st_size
            time.sleep(seconds)
            passed = time.monotonic() - begun
            spent, grown = cpu_s(running.pid) - cpu, output.stat().st_size - size
    output.unlink()
    return Run(spent / passed, grown / 1e6 / passed)


def recorder(folder: Path, contract: Path, seconds: float, *options: str) -> Run:
    """AFIL's recorder, as a person starts it."""
    log, dataset, sent = folder / "record.log", folder / "data", folder / "sent.npz"
    node = "-c from afil_teleop.nodes.record_node import main; raise SystemExit(main())"
    arguments = ["--ros-args", "-p", f"robot:={contract}", "-p", f"dataset:={dataset}",
                 "-p", "instruction:=nothing", *options]  # fmt: skip
    memory = MemorySamples()
    with process(node, *arguments, log=log) as running:
        await_line(log, "recording to")
        with process("-m benchmarks.record_load", str(contract), str(sent), log=folder / "l.log"):
            _ask("start", log)
            time.sleep(1.0)
            begun, cpu = time.monotonic(), cpu_s(running.pid)
            while (left := seconds - (time.monotonic() - begun)) > 0:
                time.sleep(min(0.5, left))
                memory.take(running.pid)
            passed, spent = time.monotonic() - begun, cpu_s(running.pid) - cpu
            _ask("save_failure", log)
        print(log.read_text(errors="replace")[-600:] if os.environ.get("VERBOSE") else "", end="")
    (episode,) = dataset.glob("*/episode.yaml")
    lost, count, mb_s = _lost(episode.parent, sent)
    told = read_metadata(episode.parent)
    for line in told.problems:
        print(f"  said: {line}")
    if told.dropped:
        print(f"  counted as dropped: {told.dropped}")
    stored = sum(p.stat().st_size for p in episode.parent.glob("*.mcap")) / 1e6
    for path in [*episode.parent.iterdir()]:
        path.unlink()
    episode.parent.rmdir()
    return Run(spent / passed, mb_s, lost, count, memory, stored)


def _ask(service: str, log: Path) -> None:
    """Call a service of the recorder until it does it."""
    deadline = time.monotonic() + _STARTUP_S
    while True:
        command = ["ros2", "service", "call", f"/record_node/{service}", "std_srvs/srv/Trigger"]
        answer = subprocess.run(command, capture_output=True, text=True, check=False).stdout
        if "success=True" in answer:
            return
        if time.monotonic() > deadline:
            raise SystemExit(f"error: {service}: {answer}\n{log.read_text()[-2000:]}")


def _lost(episode: Path, sent: Path) -> tuple[int, int, float]:
    """Messages that were published while it was recorded and are not in the bag; count, MB/s."""
    stamps: dict[str, list[int]] = {}
    size, times = 0, []
    for topic, log_time_ns, cdr in read_bag(episode):
        stamps.setdefault(topic, []).append(peek_stamp(cdr) or 0)
        size += len(cdr)
        times.append(log_time_ns)
    lost = 0
    with np.load(sent) as published:
        for topic in published.files:
            kept, all_sent = np.array(stamps.get(topic, [0])), published[topic]
            inside = all_sent[(all_sent >= kept.min()) & (all_sent <= kept.max())]
            missing = len(np.setdiff1d(inside, kept))
            lost += missing
            if missing:
                print(f"  {topic}: {missing} of {len(inside)} messages are missing")
    return lost, len(times), 1000 * size / (times[-1] - times[0])


def compare(report: Report, folder: Path, contract: Path, seconds: float) -> None:
    """(a): the recorder beside the bare loop."""
    before = floor(folder, contract, seconds / 2)
    ours = recorder(folder, contract, seconds)
    after = floor(folder, contract, seconds / 2)
    base = (before.cpu_per_gb + after.cpu_per_gb) / 2
    report.add("raw: messages recorded", ours.messages, "msgs")
    report.add("raw: messages lost", ours.lost, "msgs", "== 0")
    report.add("raw: MB/s", ours.mb_s, "MB/s", baseline=(before.mb_s + after.mb_s) / 2)
    report.add("raw: CPU of a second", ours.cpu_s, "s", baseline=(before.cpu_s + after.cpu_s) / 2)
    report.add("raw: CPU of a gigabyte", ours.cpu_per_gb, "s", baseline=base)
    report.add("raw: CPU of a gigabyte, bare loop's", ours.cpu_per_gb / base, "x", "<= 2")


def options(report: Report, folder: Path, contract: Path, seconds: float) -> None:
    """(b): chunks packed by zstd, and cameras as JPEG."""
    for name, given in (("zstd", "compression:=zstd"), ("jpeg", "images:=jpeg")):
        run = recorder(folder, contract, seconds, "-p", given)
        report.add(f"{name}: messages lost", run.lost, "msgs", "== 0")
        report.add(f"{name}: MB/s", run.mb_s, "MB/s")
        report.add(f"{name}: CPU of a second", run.cpu_s, "s")
        report.add(f"{name}: bag", run.size_mb, "MB")


def memory(report: Report, folder: Path, contract: Path, minutes: float) -> None:
    """(c): memory over a long recording; on a full disk what waits for it would count, too."""
    needed, free = _RAW_GB_S * 60 * minutes, shutil.disk_usage(folder).free / 1e9
    if free < needed:
        raise SystemExit(
            f"error: {minutes:g} minutes of raw cameras are {needed:.0f} GB and {folder} has "
            f"{free:.0f} GB left; give --folder a larger disk, or fewer --minutes"
        )
    run = recorder(folder, contract, 60 * minutes)
    report.add("memory: length", minutes, "min")
    report.add("memory: least", run.memory.least_mb, "MB")
    report.add("memory: most, with the messages that waited", run.memory.most_mb, "MB")
    report.add("memory: growth in ten minutes", run.memory.growth_mb, "MB", "<= 5")
    report.add("memory: messages lost", run.lost, "msgs", "== 0")


def main() -> int:
    """Measure and report; exit code 1 where a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=60.0, help="length of (a) and (b)")
    parser.add_argument("--minutes", type=float, default=10.0, help="length of (c)")
    parser.add_argument("--parts", default="abc", help="which of them")
    parser.add_argument("--folder", type=Path, help="where the recordings go; they are removed")
    given = parser.parse_args()
    os.environ.update(ros_environment())
    report = Report("bench-record.jsonl")
    with tempfile.TemporaryDirectory(prefix="afil_bench_record_", dir=given.folder) as name:
        folder = Path(name)
        contract = folder / "bench.yaml"
        write_contract(contract)
        load_contract(str(contract))
        if "a" in given.parts:
            compare(report, folder, contract, given.seconds)
        if "b" in given.parts:
            options(report, folder, contract, given.seconds)
        if "c" in given.parts:
            memory(report, folder, contract, given.minutes)
    return 1 if report.failures else 0


if __name__ == "__main__":
    sys.exit(main())
