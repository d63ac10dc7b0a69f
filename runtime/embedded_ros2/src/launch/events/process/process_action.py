"""What process events know of the action that runs the process."""

from typing import Any, Protocol


class ProcessAction(Protocol):
    """An action that runs a process, as ``launch.actions.ExecuteLocal`` does."""

    @property
    def process_details(self) -> dict[str, Any] | None:
        """Name, command line, working directory, environment and id; None before the start."""
