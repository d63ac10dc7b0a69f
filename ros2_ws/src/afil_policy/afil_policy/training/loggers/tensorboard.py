"""TensorBoard: ``tensorboard --logdir runs``."""

from __future__ import annotations

from typing import Any

import numpy as np

from afil_policy.training.loggers.base import EpochReport, Logger, RunFacts

_FOLDER = "tensorboard"


class TensorboardLogger(Logger):
    """Writes event files into the run's folder.

    Args:
        config: No options.
        run: The run.
    """

    def __init__(self, config: Logger.Config, run: RunFacts) -> None:
        del config
        self._folder = run.folder / _FOLDER
        self._writer: Any = None

    def log(self, report: EpochReport) -> None:
        """Write scalars, and overlays at the end."""
        if self._writer is None:
            from torch.utils.tensorboard import SummaryWriter

            # What a run that was killed logged of later epochs is hidden.
            self._writer = SummaryWriter(str(self._folder), purge_step=report.epoch)
        for name, value in report.scalars.items():
            if name != "epoch":
                # train_bc becomes train/bc, so that the same is shown together.
                self._writer.add_scalar(name.replace("_", "/", 1), value, report.epoch)
        if report.finished:
            for moment in report.moments():
                attention = np.asarray(moment.attention)[None]
                self._writer.add_image(f"attention/{moment.caption}", attention, report.epoch)
        self._writer.flush()

    def close(self) -> None:
        """Close the file."""
        if self._writer is not None:
            self._writer.close()
