"""A page about the run, from its first epoch on: curves, and where the policy looks."""

from __future__ import annotations

import time

from afil_core.report import Chart, Figure, Heading, Page, Paragraph, Part, Row
from afil_core.schema import Schema
from afil_policy.evaluation.pictures import encode_png, overlay, side_by_side
from afil_policy.training.loggers.base import EpochReport, Logger, Moment, RunFacts

PAGE = "report.html"
_SIZE = (180, 240)
_REFRESH_S = 20


class HtmlLogger(Logger):
    """Writes ``report.html`` into the run's folder, which a browser reloads while it trains.

    Args:
        config: How often.
        run: The run.
    """

    class Config(Schema):
        """Options.

        Attributes:
            every_s: Least time between two pages, s.
        """

        every_s: float = 15.0

    def __init__(self, config: Config, run: RunFacts) -> None:
        self._every_s = config.every_s
        self._run = run
        self._written_s = -config.every_s

    def log(self, report: EpochReport) -> None:
        """Write the page anew."""
        now = time.monotonic()
        if not report.finished and now - self._written_s < self._every_s:
            return
        self._page(report).write(self._run.folder / PAGE)
        self._written_s = time.monotonic()

    def _page(self, report: EpochReport) -> Page:
        state = "finished" if report.finished else "under way"
        beside = ", ".join(f"{n.replace('_', ' ')} {v:.4g}" for n, v in report.beside.items())
        parts: list[Part] = [
            Paragraph(f"{self._run.summary}. Epoch {report.epoch} of {report.epochs}, {state}."),
            Paragraph(beside),
            Heading("Losses by epoch"),
            Row(self._charts(report)),
            Heading("Where the policy looks"),
            *(_figure(moment) for moment in report.moments()),
            Heading("Configuration"),
            *(Paragraph(f"{k}: {v}") for k, v in self._run.config.items()),
        ]
        refresh_s = None if report.finished else _REFRESH_S
        return Page(f"Training {self._run.folder.name}", parts, refresh_s=refresh_s)

    def _charts(self, report: EpochReport) -> list[Chart]:
        names = [name.partition("_")[2] for name in report.rows[-1] if name.startswith("train_")]
        return [
            Chart(
                name.replace("_", " "),
                {
                    kind: [row[f"{kind}_{name}"] for row in report.rows]
                    for kind in ("train", "validation")
                    if f"{kind}_{name}" in report.rows[-1]
                },
            )
            for name in names
        ]


def _figure(moment: Moment) -> Figure:
    pictures, shown = [moment.image], ["camera"]
    if moment.saliency is not None:
        pictures.append(overlay(moment.image, moment.saliency))
        shown.append("saliency map")
    pictures.append(overlay(moment.image, moment.attention))
    shown.append("attention")
    return Figure(
        encode_png(side_by_side(pictures, _SIZE)), f"{moment.caption}: {', '.join(shown)}"
    )
