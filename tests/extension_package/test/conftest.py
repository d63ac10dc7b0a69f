"""A recorded episode of the toy robot."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
import turntable
from numpy.typing import NDArray

from afil_core.contract import Contract, load_contract
from afil_core.episodes import EpisodeWriter

PERIOD_NS = 100_000_000
RATE = 0.5  # rad/s


@pytest.fixture(scope="session")
def contract() -> Contract:
    return load_contract(str(Path(turntable.__file__).with_name("turntable.yaml")))


def picture(heading: float, size: tuple[int, int] = (32, 48)) -> NDArray[np.uint8]:
    """The disc from above, with a white mark where it points."""
    image = np.zeros((*size, 3), np.uint8)
    x, y = size[1] / 2 + 10 * np.sin(heading), size[0] / 2 - 10 * np.cos(heading)
    cv2.circle(image, (round(x), round(y)), 3, (255, 255, 255), -1)
    return image


def record(dataset: Path, contract: Contract, steps: int = 16) -> Path:
    """The disc turns at a constant rate; the command stands before each frame."""
    writer = EpisodeWriter(dataset, contract, "turn the white mark to the top")
    command = contract.commands["turn_rate"]
    for k in range(steps):
        stamp_ns = 1_000_000_000 + k * PERIOD_NS
        heading = RATE * k * PERIOD_NS / 1e9
        values = {"heading": np.array([heading]), "top_image": picture(heading)}
        for stream in contract.observations:
            writer.write(stream.topic, stream.encode(values[stream.name], stamp_ns), stamp_ns)
        writer.write(command.topic, command.encode(np.array([RATE]), stamp_ns), stamp_ns + 1)
    return writer.save(True)


@pytest.fixture(scope="session")
def dataset(contract: Contract, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data") / "demos"
    for _ in range(3):
        record(folder, contract)
    return folder
