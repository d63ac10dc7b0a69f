"""The table of an evaluation: who, in which world, with what success."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from afil_policy.evaluation.results import Results, describe
from afil_policy.evaluation.scene import Demonstrations

_MISSING = "not evaluated"


@dataclass(frozen=True)
class Table:
    """Rows of text under a header; the first column names the row."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def text(self) -> str:
        """The table with aligned columns."""
        lines = [self.header, *self.rows]
        widths = [max(len(line[i]) for line in lines) for i in range(len(self.header))]
        printed = [
            "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True))
            for line in lines
        ]
        return "\n".join(line.rstrip() for line in printed)


def success_table(demonstrations: Demonstrations, results: Sequence[Results]) -> Table:
    """Success by policy (rows) and cue (columns), and the demonstrator above them.

    Args:
        demonstrations: Facts of the dataset; its success is the demonstrator's.
        results: Results of evaluations, in the order of the rows; of two with the same method
            and cue the later counts.
    """
    methods = list(dict.fromkeys(r.setting.method for r in results))
    found = {(r.setting.method, r.setting.cue): r for r in results}
    recorded_cue = demonstrations.notes.get("cue", "")
    cues = sorted({r.setting.cue for r in results}, key=lambda cue: (cue != recorded_cue, cue))
    own = describe(demonstrations.successes, demonstrations.episodes)
    expert = [own if cue == recorded_cue else "does not look at it" for cue in cues]
    if recorded_cue not in cues and expert:
        expert[0] = own
    operator = ", ".join(demonstrations.operators)
    rows = [(f"{operator} (demonstrations)", *expert)]
    for method in methods:
        cells = [found.get((method, cue)) for cue in cues]
        rows.append((method, *(r.sentence() if r is not None else _MISSING for r in cells)))
    return Table(("success", *(_cue_title(cue) for cue in cues)), tuple(rows))


def seeds_sentence(results: Sequence[Results]) -> str:
    """Which seeds the results are of."""
    ranges = sorted({(r.setting.first_seed, r.next_seed - 1) for r in results if r.episodes})
    return "seeds " + ", ".join(f"{low} to {high}" for low, high in ranges)


def _cue_title(cue: str) -> str:
    return "no cue" if cue == "none" else f"cue {cue}"
