"""A node's clock that is set: seen beside the steady clock, which nobody can set."""

from __future__ import annotations

_LEAST_S = 0.25


class ClockJumps:
    """Compares how far the node's clock and the steady clock went since the last look.

    Args:
        is_watching: False where the node's clock is a simulator's, which goes as it likes.
    """

    def __init__(self, is_watching: bool) -> None:
        self._is_watching = is_watching
        self._last: tuple[int, float] | None = None

    def check(self, now_ns: int, now_s: float) -> str | None:
        """Judge the present time.

        Args:
            now_ns: The node's clock.
            now_s: Steady clock.

        Returns:
            A sentence, when the clock reads 0 or was set since the last call.
        """
        if now_ns <= 0:
            return (
                "the node's clock reads 0: simulated time is on and nothing publishes /clock; "
                "start the simulator, or set use_sim_time:=false"
            )
        last, self._last = self._last, (now_ns, now_s)
        if last is None or not self._is_watching:
            return None
        jump_s = (now_ns - last[0]) / 1e9 - (now_s - last[1])
        if abs(jump_s) < _LEAST_S:
            return None
        return (
            f"the host's clock was set {'forward' if jump_s > 0 else 'back'} by "
            f"{abs(jump_s):.3f} s; let the host keep its clock by slewing (chrony)"
        )

    def clear(self) -> None:
        """Begin anew."""
        self._last = None
