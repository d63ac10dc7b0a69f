"""What a demo's evaluations came to, as figures.

``python -m benchmarks.demo_figures demo-drive FOLDER`` reads the results that
``make demo-drive`` left in its folder, and writes ``benchmarks/results/demo-drive.jsonl``.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from afil_core.errors import run
from afil_policy.evaluation.results import load_results
from benchmarks.report import Report


def figures(report: Report, path: Path) -> None:
    """Add the figures of one evaluation.

    Args:
        report: Where to.
        path: ``<cue of the recordings>/results/<name>.json`` of ``launch/demo.launch.py``.
    """
    results = load_results(path)
    setting, episodes = results.setting, results.episodes
    recorded = path.parents[1].name
    name = f"{setting.task}, recorded cue {recorded}, {setting.method}, cue {setting.cue}"
    report.add(f"{name}: success of {len(episodes)}", sum(e.success for e in episodes), "")
    if results.has_scores:
        mean = 100 * sum(e.score for e in episodes) / len(episodes)
        report.add(f"{name}: mean score", round(mean, 6), "%")


def main() -> int:
    """Report; exit code 1 where there are no results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("name", help="of the demo and of its file in benchmarks/results/")
    parser.add_argument("folder", type=Path, help="output folder of the demo")
    arguments = parser.parse_args()
    found = sorted(arguments.folder.glob("*/results/*.json"))
    if not found:
        print(f"error: {arguments.folder} holds no results; run make {arguments.name}")
        return 1
    report = Report(f"{arguments.name}.jsonl")
    for path in found:
        figures(report, path)
    return 0


if __name__ == "__main__":
    sys.exit(run(main))
