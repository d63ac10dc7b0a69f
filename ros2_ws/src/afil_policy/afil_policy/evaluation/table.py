"""The table of an evaluation: who, in which world, with what success."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from afil_core.report import Table
from afil_policy.evaluation.results import Results, describe
from afil_policy.evaluation.scene import Demonstrations
from afil_policy.training.layout import FOLDER

_MISSING = "not evaluated"


def run_labels(results: Sequence[Results]) -> dict[str, str]:
    """What each run is called in a report, by its checkpoint, in the order of the results.

    The method, where one run alone has it; else with it the folder in which their places begin
    to differ, so that two seeds or two datasets of a method are two rows.
    """
    methods = {r.setting.checkpoint: r.setting.method for r in results}
    counts = Counter(methods.values())
    alike = {method: [c for c, m in methods.items() if m == method] for method in counts}
    return {
        checkpoint: method
        if counts[method] == 1
        else f"{method} ({_difference(checkpoint, alike[method])})"
        for checkpoint, method in methods.items()
    }


def _difference(checkpoint: str, among: Sequence[str]) -> str:
    """The folder that tells it from the others; where no single one does, all from the first."""
    paths = [_run_folder(Path(c)).parts for c in among]
    own = _run_folder(Path(checkpoint)).parts
    for i, part in enumerate(own):
        if len({p[i : i + 1] for p in paths}) == len(paths):
            return part
    first = next(
        (i for i, part in enumerate(own) if {p[i : i + 1] for p in paths} != {(part,)}), 0
    )
    return "/".join(own[first:])


def success_table(demonstrations: Demonstrations, results: Sequence[Results]) -> Table:
    """Success by policy (rows), task and cue (columns), and the demonstrator above them.

    Args:
        demonstrations: Facts of the dataset; its success is the demonstrator's.
        results: Results of evaluations, in the order of the rows; of two of the same
            run, task and cue the later counts.
    """
    recorded_cue = demonstrations.notes.get("cue", "")
    columns = _columns(results, recorded_cue)
    own = describe(demonstrations.successes, demonstrations.episodes)
    expert = [own if cue == recorded_cue else "does not look at it" for _, cue in columns]
    if expert and own not in expert:
        expert[0] = own
    operator = ", ".join(demonstrations.operators)
    rows = [(f"{operator} (demonstrations)", *expert)]
    rows += _rows(results, columns, Results.sentence)
    return Table(("success", *_titles(columns)), tuple(rows))


def score_table(results: Sequence[Results], recorded_cue: str = "") -> Table:
    """Mean score in percent by policy (rows), task and cue (columns).

    Args:
        results: Results of evaluations, in the order of the rows.
        recorded_cue: The demonstrations' cue, which comes first.
    """
    columns = _columns(results, recorded_cue)
    rows = _rows(results, columns, Results.score_sentence)
    return Table(("score, %", *_titles(columns)), tuple(rows))


def metrics_table(results: Sequence[Results], recorded_cue: str = "") -> Table | None:
    """Mean of what the tasks count (columns) by policy, task and cue (rows).

    Args:
        results: Results of evaluations, in the order of the rows; those without are left out.
        recorded_cue: The demonstrations' cue, which comes first.

    Returns:
        None where no task counts anything.
    """
    counted = [r for r in results if r.mean_metrics()]
    names = list(dict.fromkeys(name for r in counted for name in r.mean_metrics()))
    if not names:
        return None
    columns = _columns(counted, recorded_cue)
    settings = list(zip(columns, _titles(columns), strict=True))
    labels = run_labels(results)
    found = {(r.setting.checkpoint, r.setting.task, r.setting.cue): r for r in counted}
    rows = []
    for checkpoint, label in labels.items():
        for setting, title in settings:
            result = found.get((checkpoint, *setting))
            if result is None:
                continue
            means = result.mean_metrics()
            cells = (f"{means[name]:.2f}" if name in means else "" for name in names)
            rows.append((f"{label}, {title}", *cells))
    titles = (name.replace("_", " ") for name in names)
    return Table(("mean of an episode", *titles), tuple(rows))


def _columns(results: Sequence[Results], recorded_cue: str) -> list[tuple[str, str]]:
    """Task and cue of each column."""
    found = {(r.setting.task, r.setting.cue) for r in results}
    return sorted(found, key=lambda c: (c[1] != recorded_cue, c[1], c[0]))


def _rows(
    results: Sequence[Results],
    columns: Sequence[tuple[str, str]],
    say: Callable[[Results], str],
) -> list[tuple[str, ...]]:
    found = {(r.setting.checkpoint, r.setting.task, r.setting.cue): r for r in results}
    rows = []
    for checkpoint, label in run_labels(results).items():
        cells = [found.get((checkpoint, *column)) for column in columns]
        rows.append((label, *(say(r) if r is not None else _MISSING for r in cells)))
    return rows


def _titles(columns: Sequence[tuple[str, str]]) -> list[str]:
    several = len({task for task, _ in columns}) > 1
    return [f"{task}, {_cue_title(cue)}" if several else _cue_title(cue) for task, cue in columns]


def seeds_sentence(results: Sequence[Results]) -> str:
    """Which seeds the results are of."""
    ranges = sorted({(r.setting.first_seed, r.next_seed - 1) for r in results if r.episodes})
    return "seeds " + ", ".join(f"{low} to {high}" for low, high in ranges)


def _cue_title(cue: str) -> str:
    return "no cue" if cue == "none" else f"cue {cue}"


def _run_folder(checkpoint: Path) -> Path:
    return checkpoint.parent if checkpoint.name == FOLDER else checkpoint
