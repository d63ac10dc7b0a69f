"""When a robot stands elsewhere without having been driven there: a new scene, or a reset."""

from __future__ import annotations

# A recorder says once a second how it is; one that died resets nothing any more.
_SILENCE_S = 3.0


class Scene:
    """Follows a simulated world's episodes and a recorder's resets.

    While a reset runs the robot is the reset's. Who went on commanding would fight with it, and
    an old target would pull the robot back from where it was brought.
    """

    def __init__(self) -> None:
        self._episode: int | None = None
        self._resetting_s: float | None = None

    def is_another(self, episode: int) -> bool:
        """Take the number of a world's episode; whether it is another one than before."""
        before, self._episode = self._episode, episode
        return episode != before

    def turns(self, *, is_resetting: bool, now_s: float) -> bool:
        """Take whether a recorder has a reset run.

        Args:
            is_resetting: What it says.
            now_s: Monotonic wall time, s.

        Returns:
            Whether a reset begins or ends with that.
        """
        was_resetting = self._resetting_s is not None
        self._resetting_s = now_s if is_resetting else None
        return is_resetting != was_resetting

    def is_resetting(self, now_s: float) -> bool:
        """Whether a reset runs, as far as is known.

        Args:
            now_s: Monotonic wall time, s.
        """
        return self._resetting_s is not None and now_s - self._resetting_s < _SILENCE_S
