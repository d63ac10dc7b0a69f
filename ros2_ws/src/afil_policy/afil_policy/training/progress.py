"""The progress of a training run: a bar in a terminal, lines in a log."""

from __future__ import annotations

import sys
from collections.abc import Callable

from tqdm import tqdm

from afil_core.progress import Progress

_LINE_EVERY_S = 5.0


class TrainingProgress:
    """Counts steps.

    Args:
        label: What is trained.
        total: Steps of the run.
        done: Steps that an earlier process did.
        shown: Whether anything is printed; of several processes one does.
    """

    def __init__(self, label: str, total: int, done: int, *, shown: bool = True) -> None:
        self._shown = shown
        self._bar: tqdm[None] | None = None
        if shown and sys.stderr.isatty():
            self._bar = tqdm(total=total, initial=done, desc=label, unit="step")
        self._lines = Progress(label, total, interval_s=_LINE_EVERY_S, done=done)

    def advance(self, detail: Callable[[], str]) -> None:
        """Count a step; the detail is only asked for where it is shown."""
        if self._bar is not None:
            # The losses are on the device until somebody asks for them.
            if self._bar.update():
                self._bar.set_postfix_str(detail(), refresh=False)
        elif self._shown:
            self._lines.advance(detail=detail)

    def close(self) -> None:
        """Leave the bar as it is."""
        if self._bar is not None:
            self._bar.close()
