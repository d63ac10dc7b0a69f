"""Every method once on the confounded demonstrations, tested with the cue intact and broken.

``python -m benchmarks.bench_methods --demos demo/demos``: trains each method with one seed and
the demo's configuration, tests it through its ROS node on the same scenes, and prints successes
with their 95 % Wilson intervals. One seed says which method is badly broken, not which is best.
What has run is skipped: the same command goes on where it stopped.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path

from afil_policy.evaluation.results import wilson_interval
from benchmarks.report import Report

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


def main() -> int:
    """Entry point."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--demos", type=Path, default=Path("demo/demos"))
    parser.add_argument("--output", type=Path, default=Path("build/bench-methods"))
    parser.add_argument("--methods", default=",".join(METHODS), help="comma-separated")
    parser.add_argument("--episodes", type=int, default=20, help="test episodes of each run")
    parser.add_argument("--epochs", type=int, default=0, help="0: the configuration's")
    parser.add_argument("--report", action="store_true", help="run nothing, report what has run")
    args = parser.parse_args()
    if not args.demos.is_dir() and not args.report:
        sys.exit(f"error: {args.demos} has no demonstrations; run `make demo` first")
    names = args.methods.split(",")
    if not args.report:
        for name in names:
            _run(args, name)
    _report(args, names)
    return 0


def _run(args: argparse.Namespace, name: str) -> None:
    """Train and test one method; what was done before stays."""
    folder = args.output / name
    settings = [*METHODS[name], *([f"optimizer.epochs={args.epochs}"] if args.epochs else [])]
    words = [word for setting in settings for word in ("--set", setting)]
    _ros2("train", "--dataset", str(args.demos), "--method", name, "--seed", "0",
          "--config", str(CONFIG), "--output", str(folder), *words)  # fmt: skip
    for cue in CUES:
        _ros2("evaluate", "--checkpoint", str(folder), "--cue", cue,
              "--output", str(_result(args, name, cue)),
              "--episodes", str(args.episodes), "--first-seed", "1000")  # fmt: skip
    print(_line(args, name), flush=True)


def _report(args: argparse.Namespace, names: list[str]) -> None:
    """All figures that there are, and the table of the documentation."""
    report = Report("bench-methods.jsonl")
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


def _ros2(program: str, *options: str) -> None:
    command = [str(Path(sys.executable).parent / "ros2"), "run", "afil_policy", program, *options]
    if subprocess.run(command, check=False).returncode:
        sys.exit(f"error: {' '.join(command)} failed; its message is above")


if __name__ == "__main__":
    sys.exit(main())
