"""A logger that keeps a line an epoch in a text file."""

from __future__ import annotations

from afil_policy.training.loggers import EpochReport, Logger, RunFacts


class Diary(Logger):
    """Writes ``diary.txt`` into the run's folder."""

    def __init__(self, config: Logger.Config, run: RunFacts) -> None:
        del config
        self._place = run.folder / "diary.txt"

    def log(self, report: EpochReport) -> None:
        """A line for each epoch so far, so that a resumed run has none twice."""
        lines = [f"{int(row['epoch'])} {row['train_loss']:.3f}" for row in report.rows]
        self._place.write_text("\n".join(lines), encoding="utf-8")
