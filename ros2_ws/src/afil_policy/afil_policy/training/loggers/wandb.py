"""Weights & Biases."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from afil_core.errors import AfilError
from afil_core.schema import Schema
from afil_policy.training.loggers.base import EpochReport, Logger, RunFacts


class WandbLogger(Logger):
    """Sends the numbers to a project; ``WANDB_MODE=offline`` keeps them here.

    Args:
        config: The project.
        run: The run.

    Raises:
        AfilError: When the package is missing, or refuses.
    """

    class Config(Schema):
        """Options.

        Attributes:
            project: Name of the project.
        """

        project: str = "afil"

    package = "wandb"

    def __init__(self, config: Config, run: RunFacts) -> None:
        try:
            library: Any = import_module(self.package)
        except ImportError as error:
            raise AfilError(
                f"--log {self.package} needs the package {self.package}; `pip install "
                f"{self.package}`, or leave it away"
            ) from error
        try:
            self._run = library.init(
                project=config.project, config=dict(run.config), resume="allow",
                **self._names(run),
            )  # fmt: skip
        except Exception as error:  # a service may refuse with anything
            reason = " ".join(str(error).split())
            raise AfilError(
                f"--log {self.package} can't begin ({reason}); log in, or leave it away"
            ) from error

    def log(self, report: EpochReport) -> None:
        """Send scalars; of an epoch that is sent again the first stays, or both are drawn."""
        self._run.log(report.scalars, step=report.epoch)

    def close(self) -> None:
        """Say that the run ended."""
        self._run.finish()

    def _names(self, run: RunFacts) -> dict[str, Any]:
        return {"dir": str(run.folder), "name": run.folder.name, "id": unique_name(run)}


def unique_name(run: RunFacts) -> str:
    """A name that a run has after a resume, too, and nobody else's ``bc_001``."""
    return f"{run.folder.name}-{run.identity[:16]}"
