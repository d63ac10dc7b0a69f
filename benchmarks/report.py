"""One line per figure on the screen and in benchmarks/results/."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass
from pathlib import Path

RESULTS = Path(__file__).resolve().parent / "results"


@dataclass(frozen=True)
class Figure:
    """A measured value with its target.

    Attributes:
        metric: Name.
        value: Measured value.
        unit: Its unit.
        target: What it should be, e.g. ``<= 1.5``; empty where there is none.
        ok: Whether it is.
        baseline: The floor's value, where there is one.
    """

    metric: str
    value: float
    unit: str
    target: str = ""
    ok: bool = True
    baseline: float | None = None


def judged(metric: str, value: float, unit: str, target: str, baseline: float | None) -> Figure:
    """Compare a value with a target such as ``<= 2`` or ``>= 0.8`` or ``== 0``."""
    ok = True
    if target:
        sign, limit = target.split()
        compare = {"<=": float.__le__, ">=": float.__ge__, "==": float.__eq__}[sign]
        ok = not math.isnan(value) and bool(compare(float(value), float(limit)))
    return Figure(metric, value, unit, target, ok, baseline)


class Report:
    """Prints figures and keeps them as JSON lines.

    Args:
        file_name: File in benchmarks/results/; ``os.devnull`` keeps nothing.
    """

    def __init__(self, file_name: str) -> None:
        RESULTS.mkdir(parents=True, exist_ok=True)
        self.path = RESULTS / file_name
        self.path.write_text("")
        self.failures = 0

    def add(
        self, metric: str, value: float, unit: str, target: str = "",
        baseline: float | None = None,
    ) -> None:  # fmt: skip
        """Print and store one figure."""
        figure = judged(metric, value, unit, target, baseline)
        self.failures += not figure.ok
        floor = "" if baseline is None else f"  baseline {baseline:.4g} {unit}"
        verdict = "" if not target else f"  target {target}: {'ok' if figure.ok else 'MISSED'}"
        print(f"{metric:42s} {value:10.4g} {unit:6s}{floor}{verdict}", flush=True)
        with self.path.open("a") as file:
            file.write(json.dumps(asdict(figure)) + "\n")

    def note(
        self, metric: str, value: float, unit: str, kept: str, told: str, *, ok: bool
    ) -> None:
        """Store what came of one case, whose caller prints it."""
        self.failures += not ok
        number = None if math.isnan(value) else value
        figure = asdict(Figure(metric, value, unit, kept, ok)) | {"value": number, "told": told}
        with self.path.open("a") as file:
            file.write(json.dumps(figure) + "\n")
