"""What could not be used of an episode, and why: counted, said, and refused when it is much."""

from __future__ import annotations

from pathlib import Path

from afil_core.errors import AfilError

_SHOWN = 3


class LeftOut:
    """Counts what was used of an episode and what was left out.

    Args:
        path: Folder of the episode, for the sentences.
        unit: What is counted, plural.
    """

    def __init__(self, path: Path, unit: str = "ticks") -> None:
        self.path = path
        self.unit = unit
        self.used = 0
        self.clock: tuple[str, ...] = ()
        self._reasons: dict[str, tuple[int, str]] = {}
        self._spared = 0

    @property
    def lost(self) -> int:
        """How many were left out because something was wrong with them."""
        return sum(count for count, _ in self._reasons.values()) - self._spared

    @property
    def share(self) -> float:
        """Share that was lost, in [0, 1]; 1 where nothing could be used."""
        return self.lost / max(self.lost + self.used, 1) if self.used else 1.0

    def add(self, cause: str, text: str, *, is_lost: bool = True) -> None:
        """Count one that is left out.

        Args:
            cause: Short and without numbers; what is left out for it is counted together.
            text: A sentence; the first of a cause is shown.
            is_lost: Whether something is wrong with it; what must not be used though all is well
                is no reason to refuse the episode.
        """
        self._spared += not is_lost
        count, first = self._reasons.get(cause, (0, text))
        self._reasons[cause] = (count + 1, first)

    def summary(self) -> str:
        """What was left out and why, in one sentence; empty where nothing was."""
        if not self._reasons and not self.clock:
            return ""
        ranked = sorted(self._reasons.values(), key=lambda r: -r[0])
        reasons = [f"{text} ({count})" for count, text in ranked[:_SHOWN]]
        reasons += [f"{len(ranked) - _SHOWN} more reasons"] if len(ranked) > _SHOWN else []
        reasons += [c for c in self.clock if not any(c in r for r in reasons)]
        left = self.lost + self._spared
        total = left + self.used
        return f"{self.path}: {left} of {total} {self.unit} left out: {'; '.join(reasons)}"

    def require(self, max_share: float) -> None:
        """Refuse an episode of which too much was left out.

        Args:
            max_share: Greatest share that may be missing, in [0, 1].

        Raises:
            AfilError: When more is missing, or nothing could be used.
        """
        if not self.used:
            why = self.summary() or f"{self.path} has no {self.unit} to use"
            raise AfilError(f"{why}; record the episode again, or move it out of the dataset")
        if self.share > max_share:
            raise AfilError(
                f"{self.summary()}; that is more than {100 * max_share:g} % (max_lost_share): "
                f"record the episode again, or move it out of the dataset"
            )
