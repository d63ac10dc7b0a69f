"""What a logger is; knows no torch."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from afil_core.schema import Schema


@dataclass(frozen=True)
class RunFacts:
    """Which run is logged.

    Attributes:
        folder: Its folder.
        config: Its configuration, plain data.
        summary: What it learns from, a sentence.
        identity: Of configuration and data, hexadecimal.
    """

    folder: Path
    config: Mapping[str, Any]
    summary: str = ""
    identity: str = ""


@dataclass(frozen=True)
class Moment:
    """Where the policy looks at one step, and where it should.

    Attributes:
        caption: Which step.
        image: uint8 [H, W, 3].
        saliency: float32 [H, W] in [0, 1]; None without maps.
        attention: float32 [h, w] in [0, 1].
    """

    caption: str
    image: NDArray[np.uint8]
    saliency: NDArray[np.float32] | None
    attention: NDArray[np.float32]


@dataclass(frozen=True)
class EpochReport:
    """What there is to log after an epoch.

    Attributes:
        rows: The loss log so far, one row an epoch; ``epoch`` counts from 1.
        beside: What is not the same in every repetition: samples per second, learning rate.
        epochs: How many there will be.
        finished: Whether this was the last one.
        moments: Makes a few overlays; costs a forward pass.
    """

    rows: Sequence[Mapping[str, float]]
    beside: Mapping[str, float]
    epochs: int
    finished: bool
    moments: Callable[[], list[Moment]]

    @property
    def epoch(self) -> int:
        """Number of the epoch, from 1."""
        return len(self.rows)

    @property
    def scalars(self) -> dict[str, float]:
        """All numbers of this epoch."""
        return {**self.rows[-1], **self.beside}


class Logger(ABC):
    """Takes the numbers of each epoch. Built as ``kind(config, run)``."""

    class Config(Schema):
        """Options of the logger."""

    @abstractmethod
    def log(self, report: EpochReport) -> None:
        """Log an epoch; of one that is logged again, after a resume, keep one."""

    def close(self) -> None:
        """End, also where the run is interrupted."""
