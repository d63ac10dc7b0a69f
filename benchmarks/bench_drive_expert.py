"""Does the town's expert drive every route, and do the Driving Scores of bad drivers stay low?

``python -m benchmarks.bench_drive_expert``: Driving Score of the expert on the seen and the unseen
route of each scenario, the worst of the seeds; the mean of a car that never starts and of one that
never looks. Without cameras.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from functools import partial

import numpy as np

from afil_core.contract import load_contract
from afil_sim.bodies import Vector
from afil_sim.scenarios import PAPER
from afil_sim.tasks.drive import Drive
from afil_sim.worlds import WORLDS
from benchmarks.report import Report

Act = Callable[[Drive], Vector]
_BRAKE, _THROTTLE = np.array([0.0, 0.0, 1.0]), np.array([0.5, 0.0, 0.0])


def scores(routes: str, scenario: str, seeds: range, act: Act) -> list[float]:
    """Driving Score of each seed, 0..100."""
    options = {"routes": routes, "scenarios": (scenario,)}
    config = Drive.Config.model_validate(
        {"world": WORLDS.select("town", draws=False), "max_steps": 2000, **options}
    )
    task = Drive(config, "drive", load_contract("carla"))
    found = []
    for seed in seeds:
        task.reset(seed)
        while not task.done:
            task.world.body.act(act(task))
            task.step()
        found.append(100 * task.score)
    return found


def _constant(control: Vector, task: Drive) -> Vector:
    del task
    return control


def main() -> int:
    """Entry point."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=5, help="seeds of each route, from 0")
    args = parser.parse_args()
    seeds = range(args.seeds)
    report = Report("bench-drive-expert.jsonl")
    for routes in ("seen", "unseen"):
        for scenario in PAPER:
            found = scores(routes, scenario, seeds, lambda task: task.demonstration())
            metric = f"expert, {routes}, {scenario}, worst of {args.seeds}"
            report.add(metric, min(found), "DS", ">= 95")
    for name, control, target in (
        ("always brakes", _BRAKE, "<= 1"),
        ("constant throttle", _THROTTLE, "<= 40"),
    ):
        for routes in ("seen", "unseen"):
            found = [
                score
                for scenario in PAPER
                for score in scores(routes, scenario, range(2), partial(_constant, control))
            ]
            report.add(
                f"{name}, {routes}, mean of {len(found)}", float(np.mean(found)), "DS", target
            )
    return 1 if report.failures else 0


if __name__ == "__main__":
    sys.exit(main())
