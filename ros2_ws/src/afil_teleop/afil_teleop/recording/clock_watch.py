"""The node's own clock beside wall time: does it go on, and evenly?"""

from __future__ import annotations

from afil_teleop.recording.findings import Cause, Finding

# What a clock that is slewed, or a look that is late, can't make.
_JUMP_NS = 50_000_000
# A simulator is as slow as it is, and carla-ros-bridge waits a second for a control.
STANDING_S = 5.0
_SAID_FOR_NS = 1_000_000_000
# The recorder itself did nothing for so long.
_LATE_NS = 500_000_000
_HOST = "clock"


class ClockWatch:
    """Follows the node's clock from look to look.

    Args:
        follows: The topic that the clock follows; empty for the host's clock.
    """

    def __init__(self, follows: str = "") -> None:
        self._follows = follows
        self._now_ns = self._wall_ns = 0
        self._moved_ns = 0
        self._said: list[tuple[int, Finding]] = []

    def look(self, now_ns: int, wall_ns: int, *, every_ns: int = 0) -> None:
        """Take a reading of both.

        Args:
            now_ns: The node's clock.
            wall_ns: Monotonic wall time.
            every_ns: How often this is called; 0 where nobody promised.
        """
        passed_ns, moved_ns = wall_ns - self._wall_ns, now_ns - self._now_ns
        known = self._wall_ns > 0
        if not known or moved_ns:
            self._moved_ns = wall_ns
        if known and not self._follows and abs(moved_ns - passed_ns) > _JUMP_NS:
            away_s = (moved_ns - passed_ns) / 1e9
            way = "forward" if away_s > 0 else "back"
            self._say(
                wall_ns,
                "jump",
                f"the host's clock was set {way} by {abs(away_s):.3f} s; let it be slewed "
                f"(chrony), and record the episode again",
            )
        if known and every_ns and passed_ns > every_ns + _LATE_NS:
            self._say(
                wall_ns,
                "late",
                f"the recorder could not run for {passed_ns / 1e9:.1f} s: the machine is too "
                f"busy, and messages may be lost; give it less to do",
            )
        self._now_ns, self._wall_ns = now_ns, wall_ns

    def findings(self, wall_ns: int) -> list[Finding]:
        """What is wrong now, or was within the last second."""
        self._said = [pair for pair in self._said if wall_ns - pair[0] <= _SAID_FOR_NS]
        found = [finding for _, finding in self._said]
        still_s = (wall_ns - self._moved_ns) / 1e9
        if self._follows and self._wall_ns and still_s >= STANDING_S:
            text = (
                f"{self._follows} stands still for {still_s:.1f} s; let the simulator "
                f"run, or start it again"
            )
            found.append(Finding(self._follows, "stalled", text))
        return found

    def _say(self, wall_ns: int, cause: Cause, text: str) -> None:
        self._said.append((wall_ns, Finding(_HOST, cause, text)))
