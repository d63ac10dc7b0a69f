"""The services through which others read and set a node's logger levels."""

from __future__ import annotations

from typing import Any

from rcl_interfaces.msg import LoggerLevel, SetLoggerLevelsResult
from rcl_interfaces.srv import GetLoggerLevels, SetLoggerLevels

from rclpy.logging import get_logger_level, set_logger_level
from rclpy.qos import qos_profile_services_default


class LoggingService:
    """Offers ``get_logger_levels`` and ``set_logger_levels`` of a node."""

    def __init__(self, node: Any) -> None:
        name = node.get_name()
        for kind, suffix, callback in (
            (GetLoggerLevels, "get_logger_levels", self._get),
            (SetLoggerLevels, "set_logger_levels", self._set),
        ):
            node.create_service(
                kind, f"{name}/{suffix}", callback, qos_profile=qos_profile_services_default
            )

    @staticmethod
    def _get(request: Any, response: Any) -> Any:
        response.levels = [
            LoggerLevel(name=name, level=int(get_logger_level(name))) for name in request.names
        ]
        return response

    @staticmethod
    def _set(request: Any, response: Any) -> Any:
        for level in request.levels:
            result = SetLoggerLevelsResult(successful=True)
            try:
                set_logger_level(level.name, level.level)
            except ValueError as error:
                result = SetLoggerLevelsResult(successful=False, reason=str(error))
            response.results.append(result)
        return response
