"""The loss log: ``losses.csv``, one row an epoch."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from afil_core.errors import AfilError
from afil_core.storage import write_text

LOSSES = "losses.csv"


def write_losses(folder: Path, rows: list[dict[str, float]]) -> None:
    """Write the whole log anew, in one step."""
    if not rows:
        return
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({k: int(v) if k == "epoch" else f"{v:.6g}" for k, v in row.items()})
    write_text(folder / LOSSES, text.getvalue())


def read_losses(folder: Path) -> dict[str, list[float]]:
    """The log's columns by name.

    Raises:
        AfilError: When there is no log, or it is damaged.
    """
    path = folder / LOSSES
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        return {name: [float(row[name]) for row in rows] for name in (rows[0] if rows else {})}
    except (OSError, ValueError, TypeError) as error:
        raise AfilError(f"can't read the loss log {path} ({error}); train again") from error
