"""What a session recorded, as a table at its end."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from afil_core.episodes.metadata import EpisodeMetadata, read_metadata
from afil_core.errors import AfilError

_MOST_FAULTS = 2


@dataclass(frozen=True)
class _Row:
    name: str
    outcome: str
    metadata: EpisodeMetadata | None = None
    size_bytes: int = 0


@dataclass
class Summary:
    """Follows the episodes of a session.

    Attributes:
        dataset: Folder of the dataset.
    """

    dataset: Path
    _rows: list[_Row] = field(default_factory=list)
    _discarded: int = 0

    def add(self, name: str, path: Path | None) -> None:
        """Take an episode that ended.

        Args:
            name: Its name.
            path: Where it is; None when it was discarded.
        """
        if path is None:
            self._discarded += 1
            return
        size = sum(p.stat().st_size for p in path.rglob("*") if p.is_file())
        self._rows.append(_Row(name, "", _read(path), size))

    @property
    def last(self) -> str:
        """Name of the one saved or set aside last; empty before the first."""
        return self._rows[-1].name if self._rows else ""

    @property
    def bytes_per_episode(self) -> float:
        """Mean size of the saved ones; 0 before the first."""
        sizes = [row.size_bytes for row in self._rows]
        return sum(sizes) / len(sizes) if sizes else 0.0

    def lines(self, saved: list[Path], aside: list[Path]) -> list[str]:
        """The table.

        Args:
            saved: Episodes of the session that are in the dataset.
            aside: Those that are set aside.

        Returns:
            Lines for people; the last one sums up.
        """
        here, apart = {p.name for p in saved}, {p.name for p in aside}
        lines = [_LINE.format("episode", "outcome", "seconds", "rates", "faults")]
        outcomes: Counter[str] = Counter()
        seconds = 0.0
        for row in self._rows:
            outcome = _outcome(row, here, apart)
            outcomes[outcome] += 1
            if row.metadata is None:
                lines.append(_LINE.format(row.name, outcome, "", "", "").rstrip())
                continue
            seconds += row.metadata.duration_s if row.name in here else 0.0
            faults = [*row.metadata.problems]
            more = (
                f" (and {len(faults) - _MOST_FAULTS} more)" if len(faults) > _MOST_FAULTS else ""
            )
            text = "; ".join(faults[:_MOST_FAULTS]) + more
            lines.append(
                _LINE.format(
                    row.name,
                    outcome,
                    f"{row.metadata.duration_s:.1f}",
                    _rates(row.metadata),
                    text or "none",
                )
            )
        if self._discarded:
            outcomes["discarded"] = self._discarded
        counted = ", ".join(f"{count} {outcome}" for outcome, count in outcomes.items()) or "none"
        lines.append(f"{len(here)} episode(s), {seconds:.1f} s in {self.dataset}: {counted}")
        return lines if self._rows else lines[-1:]


_LINE = "{:<16} {:<10} {:>7}  {:<28} {}"


def _outcome(row: _Row, here: set[str], apart: set[str]) -> str:
    if row.name in apart:
        return "set aside"
    if row.name not in here:
        return "deleted"
    if row.metadata is None or row.metadata.success is None:
        return "not said"
    return "success" if row.metadata.success else "failure"


def _rates(metadata: EpisodeMetadata) -> str:
    """Lowest and highest mean rate of what was recorded, with the topic of the lowest."""
    if metadata.duration_s <= 0:
        return ""
    rates = {
        topic: entry.count / metadata.duration_s
        for topic, entry in metadata.topics.items()
        if entry.count > 1
    }
    if not rates:
        return ""
    slowest = min(rates, key=lambda topic: rates[topic])
    return f"{rates[slowest]:.1f} ({slowest.rsplit('/', 1)[-1]}) to {max(rates.values()):.1f} Hz"


def _read(path: Path) -> EpisodeMetadata | None:
    try:
        return read_metadata(path)
    except AfilError:
        return None
