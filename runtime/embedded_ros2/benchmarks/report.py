"""One line per figure on the screen and in ``benchmarks/results/<target>.jsonl``."""

from __future__ import annotations

import json
import operator
from pathlib import Path

RESULTS = Path(__file__).resolve().parent / "results"
_COMPARE = {"<=": operator.le, ">=": operator.ge, "==": operator.eq}


class Report:
    """Prints figures and keeps them as JSON lines.

    Args:
        target: What is measured, as in ``make <target>``.
    """

    def __init__(self, target: str) -> None:
        RESULTS.mkdir(exist_ok=True)
        self.path = RESULTS / f"{target}.jsonl"
        self.path.write_text("")
        self.failures = 0

    def add(
        self,
        metric: str,
        value: float,
        unit: str,
        target: str = "",
        baseline: float | None = None,
    ) -> None:
        """Print and store one figure.

        Args:
            metric: Its name.
            value: What was measured.
            unit: Its unit.
            target: What it should be, e.g. ``<= 1.5``; empty where there is none.
            baseline: The bare wheel's value, where there is one.
        """
        sign, _, limit = target.partition(" ")
        ok = not target or bool(_COMPARE[sign](value, float(limit)))
        self.failures += not ok
        beside = "" if baseline is None else f"  baseline {baseline:.4g} {unit}"
        verdict = f"  target {target}: {'ok' if ok else 'MISSED'}" if target else ""
        print(f"{metric:42s} {value:10.4g} {unit:6s}{beside}{verdict}", flush=True)
        figure = {"metric": metric, "value": value, "unit": unit, "target": target, "ok": ok,
                  "baseline": baseline}  # fmt: skip
        with self.path.open("a") as file:
            file.write(json.dumps(figure) + "\n")
