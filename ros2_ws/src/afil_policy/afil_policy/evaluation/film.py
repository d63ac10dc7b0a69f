"""Films of evaluated episodes: WebM, which every browser shows."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from afil_core.errors import AfilError

# Every other frame is enough to see what happens.
_EVERY = 2
# Enlarged to at least this width, px.
_WIDTH = 320
_CODEC = "VP80"


def films_folder(results: Path) -> Path:
    """Folder of the films that belong to a results file."""
    return results.with_suffix("")


def films(results: Path) -> list[Path]:
    """The films that were made beside a results file, in the order of their seeds."""
    return sorted(films_folder(results).glob("seed_*.webm"))


class Film:
    """Writes an episode's frames; the file appears when it is closed.

    Frames are encoded in a thread of its own: an encoder slower than the episode must not keep
    its caller from reading the next frame.

    Args:
        results: The results file that it belongs to.
        seed: Seed of the episode.
        rate_hz: Rate of the frames in simulated time.

    Attributes:
        frames: Frames taken so far.
    """

    def __init__(self, results: Path, seed: int, rate_hz: float) -> None:
        self._place = films_folder(results) / f"seed_{seed}.webm"
        self._draft = self._place.with_name(f".{self._place.name}")
        self._rate = rate_hz / _EVERY
        self._writer: cv2.VideoWriter | None = None
        self._encoder = ThreadPoolExecutor(max_workers=1)
        self._encoded: list[Future[None]] = []
        self.frames = 0

    def add(self, rgb: NDArray[np.uint8]) -> None:
        """Take the next frame, uint8 [H, W, 3]."""
        if self.frames % _EVERY == 0:
            self._encoded.append(self._encoder.submit(self._write, rgb))
        self.frames += 1

    def _write(self, rgb: NDArray[np.uint8]) -> None:
        scale = max(1, -(-_WIDTH // rgb.shape[1]))
        size = (scale * rgb.shape[1], scale * rgb.shape[0])
        if self._writer is None:
            self._writer = self._open(size)
        self._writer.write(cv2.resize(cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR), size))

    def _open(self, size: tuple[int, int]) -> cv2.VideoWriter:
        self._place.parent.mkdir(parents=True, exist_ok=True)
        codec = cv2.VideoWriter.fourcc(*_CODEC)
        # Without its extension OpenCV would not know the container.
        writer = cv2.VideoWriter(str(self._draft), codec, self._rate, size)
        if not writer.isOpened():
            raise AfilError(
                f"{self._place} can't be written: this OpenCV has no encoder for WebM ({_CODEC}); "
                f"install opencv-python-headless, or leave --videos out"
            )
        return writer

    def close(self) -> bool:
        """End the film.

        Returns:
            Whether there is one: not when no frame came.

        Raises:
            AfilError: When this OpenCV can't write films.
        """
        self._encoder.shutdown()
        for frame in self._encoded:
            frame.result()
        if self._writer is None:
            return False
        self._writer.release()
        self._draft.replace(self._place)
        self._writer = None
        return True
