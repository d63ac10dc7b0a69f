"""Small episodes, made in code."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from afil_core.episodes import EpisodeWriter
from afil_core.testing.franka import HOME, PERIOD_NS, FrankaOnPaper

START_NS = 1_000_000_000


def fill(writer: EpisodeWriter, steps: int, robot: FrankaOnPaper | None = None) -> None:
    """Write control steps in the order in which a simulated world sends them.

    The arm moves 1 cm along x in each; image k has the value k everywhere.
    """
    robot = robot or FrankaOnPaper()
    height, width, _ = robot.contract.stream(robot.contract.anchor).shape
    pose = HOME.copy()
    for k in range(steps):
        stamp_ns = START_NS + k * PERIOD_NS
        values: dict[str, NDArray[Any]] = {
            "ee_pose": pose,
            robot.contract.anchor: np.full((height, width, 3), k, np.uint8),
        }
        pose = pose + np.array([0.01, 0, 0, 0, 0, 0, 0])
        for topic, cdr in [*robot.by_topic(stamp_ns, values), *robot.command(stamp_ns, pose)]:
            writer.write(topic, cdr, stamp_ns)


def record_franka(
    dataset: Path,
    steps: int = 6,
    *,
    success: bool | None = True,
    change: Callable[[str, bytes, int], tuple[str, bytes, int] | None] | None = None,
    **facts: Any,
) -> Path:
    """Record an episode of the contract ``franka``.

    Args:
        dataset: Folder of the dataset.
        steps: Control steps.
        success: What the demonstrator says.
        change: Takes topic, bytes and log time of each message and answers with what is
            written instead, or None for nothing: a driver's fault.
        **facts: Of the ``EpisodeWriter``.

    Returns:
        Folder of the episode.
    """
    robot = FrankaOnPaper()
    writer = EpisodeWriter(dataset, robot.contract, "lift the orange carrot", **facts)
    fill(_Changing(writer, change) if change else writer, steps, robot)  # type: ignore[arg-type]
    return writer.save(success)


class _Changing:
    """An episode writer that gets what a faulty driver sends."""

    def __init__(
        self,
        writer: EpisodeWriter,
        change: Callable[[str, bytes, int], tuple[str, bytes, int] | None],
    ) -> None:
        self._writer = writer
        self._change = change

    def write(self, topic: str, cdr: bytes, log_time_ns: int) -> None:
        """Write what the fault makes of a message."""
        made = self._change(topic, cdr, log_time_ns)
        if made is not None:
            self._writer.write(*made)
