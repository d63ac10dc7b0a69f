"""Does the regularisation make a policy look away from the cue, whatever the training seed?

``python -m benchmarks.bench_cue --demos demo/demos``: trains ``bc`` and ``autofocus`` on the
confounded demonstrations of the demo with several training seeds, tests each through its ROS
node on the same scenes with the cue intact and with it broken, and pools the successes.
A pooled Wilson interval treats episodes as independent; the rates of the single training seeds
are printed beside it, since they are not.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path

from afil_policy.evaluation.results import wilson_interval
from benchmarks.report import Report

METHODS = ("bc", "autofocus")
CUES = ("intact", "broken")
CONFIG = Path(__file__).parents[1] / "launch" / "demo_train.yaml"


def run(program: str, *options: str) -> None:
    """Run an executable of afil_policy; what it skips when it was run before stays."""
    command = [str(Path(sys.executable).parent / "ros2"), "run", "afil_policy", program, *options]
    if subprocess.run(command, check=False).returncode:
        sys.exit(f"error: {' '.join(command)} failed; its message is above")


def successes(args: argparse.Namespace, method: str, seed: int, cue: str) -> int:
    """Successes of one training run with one cue."""
    folder = args.output / f"{method}_seed{seed}"
    result = args.output / f"{method}_seed{seed}_{cue}.json"
    run("train", "--dataset", str(args.demos), "--method", method, "--seed", str(seed),
        "--config", str(CONFIG), "--output", str(folder))  # fmt: skip
    run("evaluate", "--checkpoint", str(folder), "--cue", cue, "--output", str(result),
        "--episodes", str(args.episodes), "--first-seed", "1000")  # fmt: skip
    return int(json.loads(result.read_text())["summary"]["successes"])


def main() -> int:
    """Entry point."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--demos", type=Path, default=Path("demo/demos"))
    parser.add_argument("--output", type=Path, default=Path("build/bench-cue"))
    parser.add_argument("--seeds", type=int, default=3, help="training seeds, from 0")
    parser.add_argument("--episodes", type=int, default=20, help="test episodes of each run")
    args = parser.parse_args()
    if not args.demos.is_dir():
        sys.exit(f"error: {args.demos} has no demonstrations; run `make demo` first")
    counts = {
        (method, cue): [successes(args, method, seed, cue) for seed in range(args.seeds)]
        for method in METHODS
        for cue in CUES
    }
    report = Report("bench-cue.jsonl")
    n = args.seeds * args.episodes
    for cue in CUES:
        for method in METHODS:
            found = counts[method, cue]
            low, high = wilson_interval(sum(found), n)
            each = ", ".join(f"{k}/{args.episodes}" for k in found)
            print(f"{method}, cue {cue}: {each}; pooled 95 % interval {low:.2f} to {high:.2f}")
            baseline = None if method == "bc" else sum(counts["bc", cue]) / n
            metric = f"{method}, cue {cue}, success rate (n = {n})"
            target = ">= 0.6" if (method, cue) == ("autofocus", "intact") else ""
            report.add(metric, sum(found) / n, "share", target, baseline)
            report.add(f"{metric}, lower bound", low, "share")
            report.add(f"{metric}, upper bound", high, "share")
    return 1 if report.failures else 0


if __name__ == "__main__":
    sys.exit(main())
