"""Level, formats, screen and log folder of a launch."""

import datetime
import logging
import os
import socket
import sys
from pathlib import Path
from typing import Any

SCREEN_FORMATS = {
    "default": "[{levelname}] [{name}]: {message}",
    "default_with_timestamp": "{created:.7f} [{levelname}] [{name}]: {message}",
}
LOG_FORMAT = "{created:.7f} [{levelname}] [{name}]: {message}"
COLOURS = {"WARNING": "\x1b[33m", "ERROR": "\x1b[31m", "CRITICAL": "\x1b[31m"}


class _ScreenFormatter(logging.Formatter):
    """Launch's own lines with level and name, in colour on a terminal."""

    def __init__(self, fmt: str, colour: bool) -> None:
        super().__init__(fmt, style="{")
        self._colour = colour

    def format(self, record: logging.LogRecord) -> str:
        text = super().format(record)
        colour = COLOURS.get(record.levelname)
        return f"{colour}{text}\x1b[0m" if self._colour and colour else text


class _StdoutHandler(logging.StreamHandler):  # type: ignore[type-arg]
    """Writes to whatever sys.stdout is at the time, and survives its reader."""

    def __init__(self) -> None:
        super().__init__(sys.stdout)

    def emit(self, record: logging.LogRecord) -> None:
        self.stream = sys.stdout
        super().emit(record)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        if isinstance(sys.exc_info()[1], BrokenPipeError):
            return
        super().handleError(record)


def _default_log_base() -> Path:
    if os.environ.get("ROS_LOG_DIR"):
        return Path(os.environ["ROS_LOG_DIR"]).expanduser()
    home = os.environ.get("ROS_HOME") or os.path.join("~", ".ros")
    return Path(home).expanduser() / "log"


class LaunchConfig:
    """The one configuration of launch's logging; `reset` makes it new."""

    def __init__(self) -> None:
        self.level = logging.INFO
        self._log_dir: str | None = None
        self._handlers: dict[str, logging.Handler] = {}
        self._screen: logging.Handler | None = None
        self._bare_screen: logging.Handler | None = None
        name = os.environ.get("OVERRIDE_LAUNCH_SCREEN_FORMAT", "default")
        self._screen_format = SCREEN_FORMATS.get(name, name)
        log = os.environ.get("OVERRIDE_LAUNCH_LOG_FORMAT", "default")
        self._log_format = LOG_FORMAT if log == "default" else log

    @property
    def log_dir(self) -> str:
        """The folder of this launch's log files; it is made when first asked for."""
        if self._log_dir is None:
            now = datetime.datetime.now().strftime("%Y-%m-%d-%H-%M-%S-%f")
            name = f"{now}-{socket.gethostname()}-{os.getpid()}"
            self._log_dir = str(_default_log_base() / name)
        os.makedirs(self._log_dir, exist_ok=True)
        return self._log_dir

    @log_dir.setter
    def log_dir(self, new_log_dir: str | None) -> None:
        self._log_dir = None if new_log_dir is None else str(Path(new_log_dir).expanduser())
        for handler in self._handlers.values():
            handler.close()
        self._handlers.clear()

    def set_screen_format(self, screen_format: str, **_: Any) -> None:
        """Set the format: ``default``, ``default_with_timestamp`` or a ``{}`` format."""
        self._screen_format = SCREEN_FORMATS.get(screen_format, screen_format)
        if self._screen is not None:
            self._screen.setFormatter(self._screen_formatter())

    def set_log_format(self, log_format: str, **_: Any) -> None:
        """Set the format of log files: ``default`` or a ``{}`` format."""
        self._log_format = LOG_FORMAT if log_format == "default" else log_format
        for handler in self._handlers.values():
            handler.setFormatter(logging.Formatter(self._log_format, style="{"))

    def _screen_formatter(self) -> logging.Formatter:
        return _ScreenFormatter(self._screen_format, colour=sys.stdout.isatty())

    def get_screen_handler(self) -> logging.Handler:
        """Return the handler that writes launch's lines on the screen."""
        if self._screen is None:
            self._screen = _StdoutHandler()
            self._screen.setFormatter(self._screen_formatter())
        return self._screen

    def get_process_screen_handler(self) -> logging.Handler:
        """Return the handler that writes the lines of processes on the screen."""
        if self._bare_screen is None:
            self._bare_screen = _StdoutHandler()
            self._bare_screen.setFormatter(logging.Formatter("{message}", style="{"))
        return self._bare_screen

    def get_log_file_handler(self, file_name: str = "launch.log") -> logging.Handler:
        """Return the handler that writes to a file of the log folder."""
        if file_name not in self._handlers:
            handler = logging.FileHandler(os.path.join(self.log_dir, file_name), delay=True)
            handler.setFormatter(logging.Formatter(self._log_format, style="{"))
            self._handlers[file_name] = handler
        return self._handlers[file_name]

    def get_log_file_path(self, file_name: str = "launch.log") -> str:
        """Return the path of a log file."""
        return os.path.join(self.log_dir, file_name)

    def _clear(self) -> None:
        self.log_dir = None
        self.__init__()  # type: ignore[misc]


launch_config = LaunchConfig()


def reset() -> None:
    """Forget the folder, formats and level; loggers get their handlers anew."""
    from .loggers import forget_loggers

    launch_config._clear()
    forget_loggers()
