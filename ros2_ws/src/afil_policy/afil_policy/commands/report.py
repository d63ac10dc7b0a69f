"""Command ``report``: the table of a loop's results, and one HTML file about it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from afil_core import storage
from afil_core.errors import run
from afil_policy.deploy.runner import PolicyRunner
from afil_policy.evaluation import html
from afil_policy.evaluation.curves import curves_svg
from afil_policy.evaluation.pictures import encode_png, overlay, side_by_side
from afil_policy.evaluation.results import Results, load_results
from afil_policy.evaluation.scene import (
    Demonstrations,
    Moment,
    describe_demonstrations,
    show_moments,
)
from afil_policy.evaluation.table import Table, seeds_sentence, success_table
from afil_policy.training.layout import FOLDER
from afil_policy.training.log import read_losses

_SIZE = (240, 320)


def main() -> int:
    """Entry point."""
    return run(_main)


def _main() -> int:
    args = _parser().parse_args()
    results = [load_results(path) for path in args.results]
    demonstrations = describe_demonstrations(args.data)
    policies = _policies(results)
    moments = show_moments(args.data, policies)
    table = success_table(demonstrations, results)
    pictures = args.pictures or args.output.parent / "pictures"
    figures = _figures(moments, list(policies))
    for name, (png, _) in figures.items():
        storage.write_bytes(pictures / f"{name}.png", png)
    storage.write_text(args.output, _page(demonstrations, results, table, figures))
    print(f"\n{table.text()}\n\n{seeds_sentence(results)}; in simulation", flush=True)
    print(f"report: {args.output}; pictures: {pictures}", flush=True)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="report", description="Print the table of a loop's results and write one HTML file."
    )
    parser.add_argument("--data", type=Path, required=True, help="folder of the demonstrations")
    parser.add_argument(
        "--results", type=Path, nargs="+", required=True, help="files that evaluate wrote"
    )
    parser.add_argument("--output", type=Path, required=True, help="the HTML file")
    parser.add_argument("--pictures", type=Path, help="folder for PNGs; default: beside the file")
    return parser


def _policies(results: list[Results]) -> dict[str, PolicyRunner]:
    checkpoints = {r.setting.method: Path(r.setting.checkpoint) for r in results}
    return {method: PolicyRunner(folder) for method, folder in checkpoints.items()}


def _figures(moments: list[Moment], methods: list[str]) -> dict[str, tuple[bytes, str]]:
    """PNG and caption by name."""
    figures: dict[str, tuple[bytes, str]] = {}
    for moment in moments:
        percent = round(100 * moment.share)
        columns: list[tuple[str, NDArray[np.uint8]]] = [("camera", moment.image)]
        if moment.saliency is not None:
            saliency = overlay(moment.image, moment.saliency)
            columns.append(("saliency map", saliency))
            figures[f"saliency_{percent:02d}"] = (
                encode_png(side_by_side([moment.image, saliency], _SIZE)),
                f"Camera and saliency map, {percent} % into a demonstration",
            )
        for method in methods:
            title = f"attention of {method}"
            columns.append((title, overlay(moment.image, moment.attention[method])))
        row = side_by_side([picture for _, picture in columns], _SIZE)
        caption = f"{percent} % into a demonstration: {', '.join(n for n, _ in columns)}"
        figures[f"attention_{percent:02d}"] = (encode_png(row), caption)
    return figures


def _page(
    demonstrations: Demonstrations,
    results: list[Results],
    table: Table,
    figures: Mapping[str, tuple[bytes, str]],
) -> str:
    rows = [png for name, png in figures.items() if name.startswith("attention")]
    parts = [
        html.paragraph(
            f"Task: {demonstrations.instruction}. {demonstrations.episodes} demonstrations; "
            f"each policy was tested through its ROS node on {seeds_sentence(results)}, which no "
            "demonstration used. Intervals are 95 % Wilson score intervals."
        ),
        html.heading("Success"),
        html.table(table),
        html.heading("What is a stand-in"),
        html.note(_stand_ins(demonstrations, results)),
        html.heading("Where the policies look"),
        *(html.figure(png, caption) for png, caption in rows),
        html.heading("Losses"),
        html.charts(_loss_charts(results)),
        html.heading("Runs"),
        html.table(_runs(results)),
    ]
    return html.page("AFIL: from demonstrations to a policy", parts)


def _stand_ins(demonstrations: Demonstrations, results: list[Results]) -> list[str]:
    sentences = []
    if any(r.setting.sim for r in results):
        sentences.append(
            "The robot is simulated (MuJoCo behind the robot's own ROS topics): these rates say "
            "nothing about the real arm."
        )
    if demonstrations.notes.get("cue", "none") != "none":
        sentences.append(
            f"The demonstrations show a confounding cue ({demonstrations.notes['cue']}): it is "
            "painted into the image and predicts the demonstrator's action without causing it."
        )
    if demonstrations.saliency is not None:
        sentences.append(demonstrations.saliency.sentence())
    operators = ", ".join(demonstrations.operators)
    sentences.append(f"The demonstrations are by: {operators}.")
    return sentences


def _loss_charts(results: list[Results]) -> list[str]:
    svgs = []
    checkpoints = {r.setting.method: Path(r.setting.checkpoint) for r in results}
    for method, checkpoint in sorted(checkpoints.items(), reverse=True):
        folder = checkpoint.parent if checkpoint.name == FOLDER else checkpoint
        losses = read_losses(folder)
        names = ("train_bc", "validation_bc", "train_reg", "validation_reg")
        curves = {n.replace("_", " "): losses[n] for n in names if n in losses}
        svgs.append(curves_svg(f"{method}: loss by epoch", curves))
    return svgs


def _runs(results: list[Results]) -> Table:
    rows = []
    for result in results:
        seeds = [str(e.seed) for e in result.episodes if not e.success]
        failed = ", ".join(seeds) or "none"
        steps = [e.steps for e in result.episodes if e.success]
        mean = f"{sum(steps) / len(steps):.0f}" if steps else "-"
        setting = result.setting
        rows.append((setting.method, setting.cue, str(len(result.episodes)), mean, failed))
    return Table(
        ("method", "cue", "episodes", "mean steps to success", "failed seeds"), tuple(rows)
    )


if __name__ == "__main__":
    sys.exit(main())
