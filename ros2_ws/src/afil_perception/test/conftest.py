"""Small synthetic material: scenes, videos and episodes made in code."""

from collections.abc import Callable, Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest

from afil_core.codecs import encode_image
from afil_core.contract import load_contract
from afil_core.episodes import Episode, EpisodeWriter
from afil_core.testing import changed

ORANGE = (255, 130, 10)
RED = (200, 20, 20)
GREEN = (20, 140, 40)
YELLOW = (230, 210, 20)
TABLE = (120, 118, 115)


def scene(
    discs: Sequence[tuple[int, int, int, tuple[int, int, int]]], size: tuple[int, int] = (120, 160)
) -> np.ndarray:
    """An image of a gray table with discs (x, y, radius, RGB)."""
    image = np.full((*size, 3), TABLE, np.uint8)
    for x, y, radius, color in discs:
        cv2.circle(image, (x, y), radius, color, -1)
    return image


@pytest.fixture
def draw() -> Callable[..., np.ndarray]:
    return scene


@pytest.fixture
def moving_carrot() -> list[np.ndarray]:
    """Ten frames: an orange disc moves right, distractors stay."""
    return [
        scene([(30 + 5 * k, 60, 8, ORANGE), (120, 30, 9, RED), (40, 100, 9, GREEN)])
        for k in range(10)
    ]


@pytest.fixture
def make_episode(tmp_path: Path) -> Callable[..., Episode]:
    """Writes frames as an episode of the contract ``video`` into ``tmp_path/demos``."""

    def make(
        frames: Sequence[np.ndarray],
        instruction: str = "lift the carrot",
        dataset: Path = tmp_path / "demos",
    ) -> Episode:
        size = list(frames[0].shape[:2])
        contract = changed(load_contract("video"), {"observations.image.size": size})
        stream = contract.images[0]
        writer = EpisodeWriter(dataset, contract, instruction)
        for k, frame in enumerate(frames):
            stamp_ns = 1_000_000_000 + k * 50_000_000
            cdr = encode_image(frame, stamp_ns, stream.frame)
            # received a little after the exposure, as in a real recording
            writer.write(stream.topic, cdr, stamp_ns + 3_000_000)
        return Episode(writer.save(None))

    return make


@pytest.fixture
def make_video(tmp_path: Path) -> Callable[..., Path]:
    """Writes frames as an MJPG video."""

    def make(frames: Sequence[np.ndarray], name: str = "clip.avi", fps: float = 20.0) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        height, width = frames[0].shape[:2]
        codec = cv2.VideoWriter.fourcc(*"MJPG")
        writer = cv2.VideoWriter(str(path), codec, fps, (width, height))
        for frame in frames:
            writer.write(frame[:, :, ::-1])
        writer.release()
        return path

    return make
