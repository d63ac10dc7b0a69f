"""Publishes a node's log on /rosout."""

from __future__ import annotations

import threading
from typing import Any

from builtin_interfaces.msg import Time
from rcl_interfaces.msg import Log

from rclpy.event_handler import PublisherEventCallbacks
from rclpy.qos import qos_profile_rosout_default


class RosoutPublisher:
    """Turns log messages of a node into rcl_interfaces/msg/Log."""

    def __init__(self, node: Any) -> None:
        quiet = PublisherEventCallbacks(use_default_callbacks=False)
        self._publisher = node.create_publisher(
            Log, "/rosout", qos_profile_rosout_default, event_callbacks=quiet
        )
        self._state = node.context.rosout
        self._name = node.get_logger().name
        self._busy = threading.local()
        self._state.add(self._name, self.say)

    def say(self, severity: int, name: str, text: str, now_ns: int, where: Any) -> None:
        """Publish one message; what publishing itself logs is not published."""
        if self._publisher._destroyed or getattr(self._busy, "now", False):
            return
        self._busy.now = True
        try:
            seconds, nanoseconds = divmod(now_ns, 1_000_000_000)
            file_name, function, line = where
            self._publisher.publish(
                Log(
                    stamp=Time(sec=seconds, nanosec=nanoseconds),
                    level=int(severity),
                    name=name,
                    msg=text,
                    file=file_name,
                    function=function,
                    line=line,
                )  # fmt: skip
            )
        finally:
            self._busy.now = False

    def close(self) -> None:
        """Publish nothing more."""
        self._state.remove(self._name)
