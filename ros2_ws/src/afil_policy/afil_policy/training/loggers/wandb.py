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
                project=config.project, name=run.folder.name, config=dict(run.config),
                **self._options(run),
            )  # fmt: skip
        except Exception as error:  # a service may refuse with anything
            reason = " ".join(str(error).split())
            raise AfilError(
                f"--log {self.package} can't begin ({reason}); log in, or leave it away"
            ) from error

    def log(self, report: EpochReport) -> None:
        """Send scalars."""
        self._run.log(report.scalars)

    def close(self) -> None:
        """Say that the run ended."""
        self._run.finish()

    def _options(self, run: RunFacts) -> dict[str, Any]:
        # The same name goes on with the same curves after a resume.
        return {"dir": str(run.folder), "id": run.folder.name, "resume": "allow"}
