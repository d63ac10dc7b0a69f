"""The table of an evaluation: who, in which world, with what success."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from afil_core.report import Table
from afil_policy.evaluation.results import Results, describe
from afil_policy.evaluation.scene import Demonstrations
from afil_policy.training.layout import FOLDER

_MISSING = "not evaluated"


def run_labels(results: Sequence[Results]) -> dict[str, str]:
    """What each run is called in a report, by its checkpoint, in the order of the results.

    The method, where one run alone has it; else the run's folder with it, so that two seeds of a
    method are two rows.
    """
    methods = {r.setting.checkpoint: r.setting.method for r in results}
    counts = Counter(methods.values())
    names = {checkpoint: _run_name(Path(checkpoint)) for checkpoint in methods}
    alike = Counter(names.values())
    return {
        checkpoint: method
        if counts[method] == 1
        else f"{method} ({names[checkpoint] if alike[names[checkpoint]] == 1 else checkpoint})"
        for checkpoint, method in methods.items()
    }


def success_table(demonstrations: Demonstrations, results: Sequence[Results]) -> Table:
    """Success by policy (rows) and cue (columns), and the demonstrator above them.

    Args:
        demonstrations: Facts of the dataset; its success is the demonstrator's.
        results: Results of evaluations, in the order of the rows; of two of the same
            run and cue the later counts.
    """
    found = {(r.setting.checkpoint, r.setting.cue): r for r in results}
    recorded_cue = demonstrations.notes.get("cue", "")
    cues = sorted({r.setting.cue for r in results}, key=lambda cue: (cue != recorded_cue, cue))
    own = describe(demonstrations.successes, demonstrations.episodes)
    expert = [own if cue == recorded_cue else "does not look at it" for cue in cues]
    if recorded_cue not in cues and expert:
        expert[0] = own
    operator = ", ".join(demonstrations.operators)
    rows = [(f"{operator} (demonstrations)", *expert)]
    for checkpoint, label in run_labels(results).items():
        cells = [found.get((checkpoint, cue)) for cue in cues]
        rows.append((label, *(r.sentence() if r is not None else _MISSING for r in cells)))
    return Table(("success", *(_cue_title(cue) for cue in cues)), tuple(rows))


def seeds_sentence(results: Sequence[Results]) -> str:
    """Which seeds the results are of."""
    ranges = sorted({(r.setting.first_seed, r.next_seed - 1) for r in results if r.episodes})
    return "seeds " + ", ".join(f"{low} to {high}" for low, high in ranges)


def _cue_title(cue: str) -> str:
    return "no cue" if cue == "none" else f"cue {cue}"


def _run_name(checkpoint: Path) -> str:
    return checkpoint.parent.name if checkpoint.name == FOLDER else checkpoint.name
