"""Command ``report``: the table of a loop's results, and one HTML file about it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from afil_core import storage
from afil_core.errors import run
from afil_core.process.arguments import renamed
from afil_core.report import Chart, Figure, Heading, Note, Page, Paragraph, Part, Row, Table, Video
from afil_policy.evaluation.film import films
from afil_policy.evaluation.pictures import encode_png, overlay, side_by_side
from afil_policy.evaluation.results import Results, load_results
from afil_policy.evaluation.scene import (
    Demonstrations,
    Moment,
    describe_demonstrations,
    show_moments,
)
from afil_policy.evaluation.table import (
    metrics_table,
    run_labels,
    score_table,
    seeds_sentence,
    success_table,
)
from afil_policy.training.layout import FOLDER
from afil_policy.training.log import read_losses

if TYPE_CHECKING:
    from afil_policy.deploy.runner import PolicyRunner

_SIZE = (240, 320)
_CURVES = ("train_", "validation_")


def main() -> int:
    """Entry point."""
    return run(_main)


def _main() -> int:
    args = _parser().parse_args()
    results = [load_results(path) for path in args.results]
    demonstrations = describe_demonstrations(args.dataset)
    policies = _policies(results)
    moments = show_moments(args.dataset, policies)
    tables = [success_table(demonstrations, results)]
    if any(r.has_scores for r in results):
        tables.append(score_table(results, demonstrations.notes.get("cue", "")))
    counted = metrics_table(results, demonstrations.notes.get("cue", ""))
    if counted is not None:
        tables.append(counted)
    pictures = args.pictures or args.output.parent / "pictures"
    figures = _figures(moments, list(policies))
    for name, (png, _) in figures.items():
        storage.write_bytes(pictures / f"{name}.png", png)
    filmed = _films(args.results, results)
    _page(demonstrations, results, tables, figures, filmed).write(args.output)
    printed = "\n\n".join(table.text() for table in tables)
    print(f"\n{printed}\n\n{seeds_sentence(results)}; in simulation", flush=True)
    print(f"report: {args.output}; pictures: {pictures}", flush=True)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="report",
        description="Print the table of a loop's results and write one HTML file.",
        allow_abbrev=False,
    )
    parser.add_argument(
        "--dataset", type=Path, default=Path("demos"), help="folder of the demonstrations"
    )
    renamed(parser, "--data", "--dataset")
    parser.add_argument(
        "--results", type=Path, nargs="+", required=True, help="files that evaluate wrote"
    )
    parser.add_argument("--output", type=Path, required=True, help="the HTML file")
    parser.add_argument("--pictures", type=Path, help="folder for PNGs; default: beside the file")
    return parser


def _policies(results: list[Results]) -> dict[str, PolicyRunner]:
    # PyTorch takes seconds to load: the results and the demonstrations are read before that.
    from afil_policy.deploy.runner import PolicyRunner

    return {label: PolicyRunner(Path(folder)) for folder, label in run_labels(results).items()}


def _figures(moments: list[Moment], labels: list[str]) -> dict[str, tuple[bytes, str]]:
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
        for label in labels:
            title = f"attention of {label}"
            columns.append((title, overlay(moment.image, moment.attention[label])))
        row = side_by_side([picture for _, picture in columns], _SIZE)
        caption = f"{percent} % into a demonstration: {', '.join(n for n, _ in columns)}"
        figures[f"attention_{percent:02d}"] = (encode_png(row), caption)
    return figures


def _page(
    demonstrations: Demonstrations,
    results: list[Results],
    tables: list[Table],
    figures: Mapping[str, tuple[bytes, str]],
    filmed: list[Video],
) -> Page:
    rows = [png for name, png in figures.items() if name.startswith("attention")]
    parts: list[Part] = [
        Paragraph(
            f"Task: {demonstrations.instruction}. {demonstrations.episodes} demonstrations; "
            f"each policy was tested through its ROS node on {seeds_sentence(results)}, which no "
            "demonstration used. Intervals are 95 % Wilson score intervals."
        ),
        Heading("Success"),
        *tables,
        Heading("What is a stand-in"),
        Note(_stand_ins(demonstrations, results)),
        Heading("Where the policies look"),
        *(Figure(png, caption) for png, caption in rows),
        *_shown(filmed),
        Heading("Losses"),
        Row(_loss_charts(results)),
        Heading("Runs"),
        _runs(results),
    ]
    return Page("AFIL: from demonstrations to a policy", parts)


def _shown(filmed: list[Video]) -> list[Part]:
    return [Heading("Films"), Row(filmed)] if filmed else []


def _films(places: list[Path], results: list[Results]) -> list[Video]:
    """The first film of each result."""
    labels, found = run_labels(results), []
    for place, result in zip(places, results, strict=True):
        for film in films(place)[:1]:
            setting = result.setting
            score = {e.seed: e.score for e in result.episodes}.get(_seed(film), 0.0)
            caption = (
                f"{labels[setting.checkpoint]}, {setting.task}, cue {setting.cue}: seed "
                f"{_seed(film)}, score {100 * score:.0f} %"
            )
            found.append(Video(film.read_bytes(), caption))
    return found


def _seed(film: Path) -> int:
    return int(film.stem.rpartition("_")[2])


def _stand_ins(demonstrations: Demonstrations, results: list[Results]) -> list[str]:
    sentences = []
    if any(r.setting.sim for r in results):
        sentences.append(
            "The robot is simulated behind its own ROS topics: these rates say nothing about the "
            "real one."
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


def _loss_charts(results: list[Results]) -> list[Chart]:
    charts = []
    for checkpoint, label in run_labels(results).items():
        place = Path(checkpoint)
        losses = read_losses(place.parent if place.name == FOLDER else place)
        # Every term of the method's own loss, in training and in validation.
        curves = {n.replace("_", " "): v for n, v in losses.items() if n.startswith(_CURVES)}
        charts.append(Chart(f"{label}: loss by epoch", curves))
    return charts


def _runs(results: list[Results]) -> Table:
    labels, rows = run_labels(results), []
    for result in results:
        seeds = [str(e.seed) for e in result.episodes if not e.success]
        failed = ", ".join(seeds) or "none"
        steps = [e.steps for e in result.episodes if e.success]
        mean = f"{sum(steps) / len(steps):.0f}" if steps else "-"
        setting = result.setting
        label = labels[setting.checkpoint]
        rows.append((label, setting.task, setting.cue, str(len(result.episodes)), mean, failed))
    return Table(
        ("run", "task", "cue", "episodes", "mean steps to success", "failed seeds"), tuple(rows)
    )


if __name__ == "__main__":
    sys.exit(main())
