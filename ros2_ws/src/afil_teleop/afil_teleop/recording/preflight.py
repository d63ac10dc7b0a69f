"""Pre-flight alone: is the robot what its contract says? The answer is an exit code."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping

from afil_teleop.recording.topic_watch import TopicWatch

# Rates are known after a second, and drivers that start need some.
_SETTLE_S, _PATIENCE_S = 2.5, 10.0
# A simulator loads its world first, and may then be ten times as slow as its own time.
SIMULATORS_PATIENCE_S = 60.0
EXIT_PROBLEMS = 1


class Preflight:
    """Looks until everything is well, or for so long that it will not be.

    Args:
        problems: What keeps an episode from starting now, one sentence each.
        watches: How the topics arrive.
        log: Takes a level of ``logging`` and a line for people.
        patience_s: When what is still wrong will not be well.

    Attributes:
        exit_code: 0 when an episode could start; None while that is not known.
    """

    def __init__(
        self,
        problems: Callable[[], list[str]],
        watches: Mapping[str, TopicWatch],
        log: Callable[[int, str], None],
        patience_s: float = _PATIENCE_S,
    ) -> None:
        self._problems = problems
        self._watches = watches
        self._log = log
        self._patience_s = patience_s
        self._begun_s: float | None = None
        self._has_said = False
        self.exit_code: int | None = None

    def tick(self, wall_s: float) -> None:
        """Look once more.

        Args:
            wall_s: Monotonic wall time, s.
        """
        if self._begun_s is None:
            self._begun_s = wall_s
        passed_s = wall_s - self._begun_s
        if self.exit_code is not None or passed_s < _SETTLE_S:
            return
        problems = self._problems()
        if problems and passed_s < self._patience_s:
            if passed_s >= _PATIENCE_S and not self._has_said:
                self._has_said = True
                waits = f"waiting for the simulator, up to {self._patience_s:g} s: "
                self._log(logging.WARNING, waits + "; ".join(problems))
            return
        for line in problems:
            self._log(logging.ERROR, line)
        for topic, watch in () if problems else self._watches.items():
            self._log(logging.INFO, f"{topic} {watch.rate.hz:.1f} Hz: as the contract says")
        verdict = f"{len(problems)} problem(s)" if problems else "ready to record"
        self._log(logging.INFO, f"pre-flight: {verdict}")
        self.exit_code = EXIT_PROBLEMS if problems else 0
