"""Every method once on the confounded demonstrations, tested with the cue intact and broken.

``python -m benchmarks.bench_methods --demos demo/demos``: trains each method with one seed and
the demo's configuration, tests it through its ROS node on the same scenes, and prints successes
with their 95 % Wilson intervals. One seed says which method is badly broken, not which is best.
What has run is skipped: the same command goes on where it stopped. ``--jobs 8`` has eight methods
under way at once, each in a ROS domain of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from queue import SimpleQueue

from afil_core import schema
from afil_policy.data.cache import open_cache
from afil_policy.evaluation.results import wilson_interval
from afil_policy.training.config import TrainConfig
from benchmarks.report import RESULTS, Report

CONFIG = Path(__file__).parents[1] / "launch" / "demo_train.yaml"
CUES = ("intact", "broken")
# By method: what it can't do without, or has to be said for a run this short.
METHODS: dict[str, tuple[str, ...]] = {
    "bc": (),
    "autofocus": (),
    "afa": (),
    "swap": (),
    "counterfactual": (),
    "heads": ("pooling=attentive",),
    "gril": (),
    "contrastive": (),
    "gmd": (),
    "igmd": (),
    "autofocus+gmd": (),
    "mask": (),
    "visarl": (),
    "agil": (),
    "oreo": ("method.pretrain_steps=200",),
    "combined": ("method.methods=[autofocus, counterfactual]",),
}


# What a process asks of the network that nobody else may answer.
DOMAIN = "ROS_DOMAIN_ID"


class CommandError(Exception):
    """A command that failed."""


class Slots:
    """Places for methods that are under way at once, a ROS domain each.

    Args:
        count: How many.
    """

    def __init__(self, count: int) -> None:
        self._cores = max(1, (os.cpu_count() or 1) // count)
        self.alone = count == 1
        first = int(os.environ.get(DOMAIN, "0"))
        self._free: SimpleQueue[int] = SimpleQueue()
        for number in range(count):
            self._free.put(first + number)

    @property
    def loaders(self) -> list[str]:
        """Options of ``train``: as many loading processes as there are cores for."""
        return [] if self.alone else ["--workers", str(max(1, self._cores - 1))]

    @contextmanager
    def environment(self) -> Iterator[dict[str, str]]:
        """Variables of the processes of one method."""
        domain = self._free.get()
        alone = {} if self.alone else {"OMP_NUM_THREADS": str(self._cores)}
        try:
            yield {**os.environ, DOMAIN: str(domain), **alone}
        finally:
            self._free.put(domain)


def main() -> int:
    """Entry point; exit code 1 where a method could not be trained or tested."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--demos", type=Path, default=Path("demo/demos"))
    parser.add_argument("--output", type=Path, default=Path("build/bench-methods"))
    parser.add_argument("--methods", default=",".join(METHODS), help="comma-separated")
    parser.add_argument("--episodes", type=int, default=20, help="test episodes of each run")
    parser.add_argument("--epochs", type=int, default=0, help="0: the configuration's")
    parser.add_argument("--jobs", type=int, default=1, help="methods under way at once")
    parser.add_argument("--report", action="store_true", help="run nothing, report what has run")
    args = parser.parse_args()
    if not args.demos.is_dir() and not args.report:
        sys.exit(f"error: {args.demos} has no demonstrations; run `make demo` first")
    names = args.methods.split(",")
    failures = 0 if args.report else _run_all(args, names)
    _report(args, names)
    return 1 if failures else 0


def _run_all(args: argparse.Namespace, names: list[str]) -> int:
    """Train and test all methods; the number of those that failed."""
    args.output.mkdir(parents=True, exist_ok=True)
    if args.jobs > 1:
        # Once, and not by each of them.
        data = schema.load(TrainConfig, CONFIG).data
        open_cache(args.demos, data, args.output / "cache", needs_saliency=True)
    slots = Slots(args.jobs)

    def done(name: str) -> bool:
        try:
            with slots.environment() as environment:
                _run(args, name, slots, environment)
        except CommandError as error:
            print(f"error: {error}", flush=True)
            return False
        return True

    with ThreadPoolExecutor(args.jobs) as pool:
        return list(pool.map(done, names)).count(False)


def _run(args: argparse.Namespace, name: str, slots: Slots, environment: dict[str, str]) -> None:
    """Train and test one method; what was done before stays."""
    folder = args.output / name
    settings = [*METHODS[name], *([f"optimizer.epochs={args.epochs}"] if args.epochs else [])]
    words = [word for setting in settings for word in ("--set", setting)]
    log = None if slots.alone else folder.with_suffix(".log")
    begun = time.monotonic()
    _ros2(log, environment, "train", "--dataset", str(args.demos), "--method", name,
          "--seed", "0", "--config", str(CONFIG), "--output", str(folder),
          *slots.loaders, *words)  # fmt: skip
    trained = time.monotonic()
    for cue in CUES:
        _ros2(log, environment, "evaluate", "--checkpoint", str(folder), "--cue", cue,
              "--output", str(_result(args, name, cue)),
              "--episodes", str(args.episodes), "--first-seed", "1000")  # fmt: skip
    seconds = f"{trained - begun:.0f} s to train, {time.monotonic() - trained:.0f} s to test"
    print(f"{_line(args, name)} {seconds}", flush=True)


def _report(args: argparse.Namespace, names: list[str]) -> None:
    """All figures that there are, and the table of the documentation.

    Those of methods that are not named stay as they were.
    """
    path = RESULTS / "bench-methods.jsonl"
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    before = [json.loads(line) for line in lines]
    report = Report(path.name)
    for old in before:
        if old["metric"].split(",")[0] not in names:
            report.add(old["metric"], old["value"], old["unit"])
    for name in names:
        for cue in CUES:
            if not _result(args, name, cue).is_file():
                continue
            successes, n = _successes(args, name, cue)
            low, high = wilson_interval(successes, n)
            metric = f"{name}, cue {cue}, success rate (n = {n})"
            report.add(metric, successes / n, "share")
            report.add(f"{metric}, lower bound", low, "share")
            report.add(f"{metric}, upper bound", high, "share")
    print("\n| method | cue intact | cue broken |\n|---|---|---|")
    for name in names:
        print(_line(args, name))


def _line(args: argparse.Namespace, name: str) -> str:
    cells = [f"`{name}`"]
    for cue in CUES:
        if not _result(args, name, cue).is_file():
            cells.append("not run")
            continue
        successes, n = _successes(args, name, cue)
        low, high = wilson_interval(successes, n)
        cells.append(f"{successes}/{n} ({low:.2f} to {high:.2f})")
    return f"| {' | '.join(cells)} |"


def _result(args: argparse.Namespace, name: str, cue: str) -> Path:
    return Path(args.output) / f"{name}_{cue}.json"


def _successes(args: argparse.Namespace, name: str, cue: str) -> tuple[int, int]:
    summary = json.loads(_result(args, name, cue).read_text(encoding="utf-8"))["summary"]
    return int(summary["successes"]), int(summary["episodes"])


def _ros2(log: Path | None, environment: dict[str, str], program: str, *options: str) -> None:
    """Run an executable of afil_policy; what it prints goes to the end of a log, if there is one.

    Raises:
        CommandError: When it fails.
    """
    command = [str(Path(sys.executable).parent / "ros2"), "run", "afil_policy", program, *options]
    if log is None:
        failed = subprocess.run(command, check=False, env=environment).returncode
    else:
        with log.open("ab") as file:
            failed = subprocess.run(
                command, check=False, env=environment, stdout=file, stderr=subprocess.STDOUT
            ).returncode
    if failed:
        where = "above" if log is None else f"at the end of {log}"
        raise CommandError(f"{' '.join(command)} failed; its message is {where}")


if __name__ == "__main__":
    sys.exit(main())
