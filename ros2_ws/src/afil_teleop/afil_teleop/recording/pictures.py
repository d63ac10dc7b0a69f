"""Is a camera's picture still a new one?"""

from __future__ import annotations

from afil_teleop.recording.findings import Cause, Finding

# In the stamp's bytes any two messages differ.
_AFTER_STAMP = 12
# A sensor's noise changes any few hundred bytes of a picture, however still the scene is.
_SAMPLES = 257
_STILL_NS, _STILL_FRAMES = 350_000_000, 2
# From here on it is not a frame that was sent twice.
_FROZEN_NS = 2_000_000_000


class Pictures:
    """Follows the pictures of one camera.

    A few bytes of each are compared, and the whole only where these are equal.
    """

    def __init__(self) -> None:
        self._sample = b""
        self._last = b""
        self._repeats = 0
        self._since_ns = self._still_ns = 0

    def add(self, cdr: bytes, wall_ns: int) -> None:
        """Take a message.

        Args:
            cdr: The message.
            wall_ns: Monotonic wall time.
        """
        sample = cdr[_AFTER_STAMP :: max(1, len(cdr) // _SAMPLES)]
        same = sample == self._sample and cdr[_AFTER_STAMP:] == self._last[_AFTER_STAMP:]
        self._sample, self._last = sample, cdr
        if not same:
            self._repeats, self._since_ns = 0, wall_ns
        else:
            self._repeats += 1
        self._still_ns = wall_ns - self._since_ns

    def findings(self, topic: str) -> list[Finding]:
        """What is wrong now."""
        if self._repeats < _STILL_FRAMES or self._still_ns < _STILL_NS:
            return []
        cause: Cause = "picture" if self._still_ns >= _FROZEN_NS else "still"
        text = (
            f"{topic} shows one and the same picture for {self._still_ns / 1e9:.1f} s; restart "
            f"the camera"
        )
        return [Finding(topic, cause, text)]
