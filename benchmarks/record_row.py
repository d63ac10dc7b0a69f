"""One row of the table of faults, and what fills it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.record_stage import Stage


@dataclass(frozen=True)
class Row:
    """What came of one fault.

    Attributes:
        fault: What was wrong.
        kept: What is left of the recording.
        told: What a person read.
        seconds: How soon; NaN where it does not apply.
        ok: Whether it is as it should be.
    """

    fault: str
    kept: str
    told: str
    seconds: float
    ok: bool


Case = Callable[[Stage, Path], list[Row]]
