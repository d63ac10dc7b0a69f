"""Where log messages go: console, log file, /rosout."""

from __future__ import annotations

import atexit
import contextlib
import os
import sys
import threading
import time
from pathlib import Path
from typing import IO, Any

from rclpy.impl import rosout_state
from rclpy.impl.logging_severity import LoggingSeverity

_COLOURS = {
    LoggingSeverity.DEBUG: "\033[32m",
    LoggingSeverity.WARN: "\033[33m",
    LoggingSeverity.ERROR: "\033[31m",
    LoggingSeverity.FATAL: "\033[31m",
}
_RESET = "\033[0m"
_DEFAULT_FORMAT = "[{severity}] [{time}] [{name}]: {message}"


class LoggingState:
    """Levels and sinks of the process."""

    def __init__(self) -> None:
        self.default_level = LoggingSeverity.INFO
        self.levels: dict[str, LoggingSeverity] = {}
        self.effective: dict[str, LoggingSeverity] = {}
        self.console = True
        self.rosout = True
        self.file: IO[str] | None = None
        self.lock = threading.RLock()

    def effective_level(self, name: str) -> LoggingSeverity:
        """Own level, else the nearest ancestor's, else the default."""
        cached = self.effective.get(name)
        if cached is not None:
            return cached
        parent = name
        while parent:
            level = self.levels.get(parent, LoggingSeverity.UNSET)
            if level != LoggingSeverity.UNSET:
                break
            parent = parent.rpartition(".")[0]
        else:
            level = self.default_level
        self.effective[name] = level
        return level

    def clear_levels(self) -> None:
        """Forget all levels that were set."""
        self.default_level = LoggingSeverity.INFO
        self.levels = {}
        self.effective = {}

    def set_level(self, name: str, level: LoggingSeverity) -> None:
        """Set a logger's level; the empty name is the default."""
        if name:
            self.levels[name] = level
        else:
            self.default_level = level
        self.effective = {}


state = LoggingState()


def severity_from_name(name: str) -> LoggingSeverity:
    """Severity of a name such as ``debug`` or ``WARN``."""
    return LoggingSeverity[name.upper()]


def log_directory() -> Path:
    """``ROS_LOG_DIR``, else ``ROS_HOME/log``, else ``~/.ros/log``."""
    directory = os.environ.get("ROS_LOG_DIR")
    if directory:
        return Path(directory).expanduser()
    home = os.environ.get("ROS_HOME") or "~/.ros"
    return Path(home).expanduser() / "log"


def configure(arguments: Any) -> None:
    """Apply ``--log-level`` and open the log file."""
    if arguments.log_level:
        state.set_level("", severity_from_name(arguments.log_level))
    for logger, level in arguments.logger_levels.items():
        state.set_level(logger, severity_from_name(level))
    state.console = arguments.stdout_logs
    state.rosout = arguments.rosout_logs
    if arguments.file_logs and state.file is None:
        _open_file(arguments.log_file_name)


def _open_file(prefix: str | None) -> None:
    stem = prefix or Path(sys.argv[0] or "python").name or "python"
    directory = log_directory()
    try:
        directory.mkdir(parents=True, exist_ok=True)
        path = directory / f"{stem}_{os.getpid()}_{time.time_ns() // 1_000_000}.log"
        state.file = open(path, "a", encoding="utf-8", buffering=1)  # noqa: SIM115
        atexit.register(state.file.close)
    except OSError as error:
        print(f"cannot write log files to {directory}: {error}; set ROS_LOG_DIR",
              file=sys.stderr)  # fmt: skip


def _wants_colour(stream: IO[str]) -> bool:
    choice = os.environ.get("RCUTILS_COLORIZED_OUTPUT", "")
    if choice in ("0", "1"):
        return choice == "1"
    return stream.isatty()


def _format(
    template: str, severity: LoggingSeverity, name: str, text: str, now_ns: int, where: Any
) -> str:
    seconds, nanoseconds = divmod(now_ns, 1_000_000_000)
    file_name, function, line = where
    values = {
        "severity": severity.name, "name": name, "message": text,
        "time": f"{seconds}.{nanoseconds:09d}", "time_as_nanoseconds": str(now_ns),
        "function_name": function, "file_name": file_name, "line_number": str(line),
    }  # fmt: skip
    for key, value in values.items():
        if key != "message":
            template = template.replace("{" + key + "}", value)
    return template.replace("{message}", text)


def _write_to_file(line: str) -> None:
    """Append to the log file; a full disk ends the file, not the node."""
    with state.lock:
        file = state.file
        if file is None or file.closed:
            return
        try:
            file.write(line + "\n")
        except OSError as error:
            state.file = None
            with contextlib.suppress(OSError):  # What it could not write it tries once more.
                file.close()
            print(f"no more log lines in {file.name}: {error}", file=sys.stderr)


def emit(severity: LoggingSeverity, name: str, text: str, where: Any) -> None:
    """Send one message to every sink.

    Args:
        severity: Its severity.
        name: Logger.
        text: The message.
        where: (file, function, line) of the caller.
    """
    now_ns = time.time_ns()
    if state.console:
        template = os.environ.get("RCUTILS_CONSOLE_OUTPUT_FORMAT", _DEFAULT_FORMAT)
        line = _format(template, severity, name, text, now_ns, where)
        to_stdout = os.environ.get("RCUTILS_LOGGING_USE_STDOUT") == "1"
        stream = sys.stdout if to_stdout else sys.stderr
        if stream is not None:
            if severity in _COLOURS and _wants_colour(stream):
                line = f"{_COLOURS[severity]}{line}{_RESET}"
            with state.lock:
                try:
                    stream.write(line + "\n")
                    stream.flush()
                except (OSError, ValueError):
                    pass  # A closed pipe must not end a node.
    if state.file is not None:
        _write_to_file(_format(_DEFAULT_FORMAT, severity, name, text, now_ns, where))
    if state.rosout:
        publisher = rosout_state.publisher_for(name)
        if publisher is not None:
            publisher(severity, name, text, now_ns, where)
