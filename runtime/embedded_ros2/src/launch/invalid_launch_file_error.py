"""The error of a launch file that cannot be used."""

from collections.abc import Iterable


class InvalidLaunchFileError(Exception):
    """A launch file gives no launch description."""

    def __init__(self, extension: str = "", *, likely_errors: Iterable[Exception] = ()) -> None:
        self._extension = extension
        self._likely_errors = list(likely_errors)
        reasons = "; ".join(f"{type(e).__name__}: {e}" for e in self._likely_errors)
        super().__init__(
            f"Caught exception when trying to load file of format [{extension}]: {reasons}"
        )
