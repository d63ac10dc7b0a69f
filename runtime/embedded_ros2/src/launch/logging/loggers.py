"""Loggers of launch and of the processes it runs."""

import logging
import os
from collections.abc import Iterable
from typing import Any

from .config import launch_config

_known: dict[str, logging.Logger] = {}

_BOTH: dict[str, set[str]] = {"screen": set(), "log": set(), "own_log": set()}
OUTPUTS: dict[str, dict[str, set[str]]] = {
    "screen": {"both": {"screen"}},
    "log": {"both": {"log"}, "stderr": {"screen"}},
    "both": {"both": {"screen", "log"}},
    "own_log": {"both": {"own_log"}, "stdout": {"own_log"}, "stderr": {"own_log"}},
    "full": {
        "both": {"screen", "log", "own_log"},
        "stdout": {"own_log"},
        "stderr": {"own_log"},
    },
}


class _AtLevel(logging.Filter):
    """Lets through what is at launch's level, as it is at that moment."""

    def filter(self, record: logging.LogRecord) -> bool:
        return record.levelno >= launch_config.level


def get_logger(name: str | None = None) -> logging.Logger:
    """Return a logger that writes on the screen and to ``launch.log``."""
    name = name or "launch"
    if name not in _known:
        logger = logging.Logger(name, logging.DEBUG)
        logger.addFilter(_AtLevel())
        logger.addHandler(launch_config.get_screen_handler())
        logger.addHandler(launch_config.get_log_file_handler())
        _known[name] = logger
    return _known[name]


def forget_loggers() -> None:
    """Make loggers anew when they are next asked for."""
    _known.clear()


def _normalized(config: Any) -> dict[str, set[str]]:
    if isinstance(config, str):
        if config not in OUTPUTS:
            raise ValueError(
                f"'{config}' is not a valid standard output config: use one of "
                f"{sorted(OUTPUTS)} or a dictionary"
            )
        return OUTPUTS[config]
    if not isinstance(config, dict):
        raise TypeError(f"output must be a text or a dictionary, not {config!r}")
    result = {}
    for source, sinks in config.items():
        if source not in ("stdout", "stderr", "both"):
            raise ValueError(f"'{source}' is not a valid output source: stdout, stderr or both")
        names = {sinks} if isinstance(sinks, str) else set(sinks)
        if not names <= set(_BOTH):
            raise ValueError(f"{sorted(names)} are not valid output destinations for '{source}'")
        result[source] = names
    return result


def _plain_logger(name: str, handlers: Iterable[logging.Handler]) -> logging.Logger:
    logger = logging.Logger(name, logging.DEBUG)
    for handler in handlers:
        logger.addHandler(handler)
    return logger


def get_output_loggers(
    process_name: str, output_config: str | dict[str, Any], main_log_file_name: str = ""
) -> tuple[logging.Logger, logging.Logger]:
    """Return the loggers for a process's standard output and standard error.

    Args:
        process_name: as in ``talker-1``.
        output_config: ``screen``, ``log``, ``both``, ``own_log``, ``full``, or a dictionary from
            ``stdout``, ``stderr``, ``both`` to sets of ``screen``, ``log``, ``own_log``.
        main_log_file_name: name of the log file; empty for ``launch.log``.
    """
    config = _normalized(output_config)
    main = main_log_file_name or "launch.log"
    loggers = []
    for source in ("stdout", "stderr"):
        handlers: list[logging.Handler] = []
        sinks = config.get(source, set()) | config.get("both", set())
        if "screen" in sinks:
            handlers.append(launch_config.get_process_screen_handler())
        if "log" in sinks:
            handlers.append(launch_config.get_log_file_handler(main))
        for kind, suffix in ((source, f"-{source}"), ("both", "")):
            if "own_log" in config.get(kind, set()):
                file_name = os.path.basename(process_name) + suffix + ".log"
                handlers.append(launch_config.get_log_file_handler(file_name))
        loggers.append(_plain_logger(f"{process_name}-{source}", handlers))
    return loggers[0], loggers[1]
