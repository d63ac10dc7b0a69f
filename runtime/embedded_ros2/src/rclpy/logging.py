"""Loggers and their levels."""

from __future__ import annotations

from pathlib import Path

from rclpy.impl import logging_setup
from rclpy.impl.logging_severity import LoggingSeverity
from rclpy.impl.rcutils_logger import RcutilsLogger

__all__ = ["LoggingSeverity", "clear_config", "get_logger", "get_logger_effective_level",
           "get_logger_level", "get_logging_directory", "get_logging_severity_from_string",
           "initialize", "set_logger_level", "shutdown"]  # fmt: skip

_root_logger = RcutilsLogger()


def get_logger(name: str) -> RcutilsLogger:
    """Logger of a name."""
    if not name:
        raise ValueError("Logger name must not be empty.")
    return _root_logger.get_child(name)


def initialize() -> None:
    """Do nothing: logging works from the start."""


def shutdown() -> None:
    """Do nothing: there is nothing to free."""


def clear_config() -> None:
    """Forget all levels that were set."""
    logging_setup.state.clear_levels()


def set_logger_level(
    name: str, level: LoggingSeverity | int, detailed_error: bool = False
) -> None:
    """Set a logger's level; the empty name sets the default."""
    logging_setup.state.set_level(name, LoggingSeverity(level))


def get_logger_level(name: str) -> LoggingSeverity:
    """Level set for exactly this logger, UNSET where none is."""
    return logging_setup.state.levels.get(name, LoggingSeverity.UNSET)


def get_logger_effective_level(name: str) -> LoggingSeverity:
    """Level that holds for a logger."""
    return logging_setup.state.effective_level(name)


def get_logging_severity_from_string(log_severity: str) -> LoggingSeverity:
    """Severity of a name.

    Raises:
        RuntimeError: No such severity.
    """
    try:
        return logging_setup.severity_from_name(log_severity)
    except KeyError as error:
        raise RuntimeError(f"{log_severity!r} is no severity") from error


def get_logging_directory() -> Path:
    """Where log files are written."""
    return logging_setup.log_directory()
