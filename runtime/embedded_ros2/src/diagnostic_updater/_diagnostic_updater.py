"""Tasks and the updater that runs them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus

from diagnostic_updater._diagnostic_status_wrapper import DiagnosticStatusWrapper


class DiagnosticTask:
    """Something that fills a status."""

    def __init__(self, name: str) -> None:
        self.name = name

    def getName(self) -> str:  # noqa: N802
        """Return the name."""
        return self.name

    def run(self, stat: DiagnosticStatusWrapper) -> DiagnosticStatusWrapper:
        """Fill and return the status."""
        return stat


class FunctionDiagnosticTask(DiagnosticTask):
    """A task that calls a function."""

    def __init__(self, name: str, fn: Callable[[Any], Any]) -> None:
        super().__init__(name)
        self.fn = fn

    def run(self, stat: DiagnosticStatusWrapper) -> DiagnosticStatusWrapper:
        """Call the function."""
        stat = self.fn(stat)
        return stat


class CompositeDiagnosticTask(DiagnosticTask):
    """Several tasks that share one status; the worst level wins."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.tasks: list[DiagnosticTask] = []

    def addTask(self, task: DiagnosticTask) -> None:  # noqa: N802
        """Add a task."""
        self.tasks.append(task)

    def run(self, stat: DiagnosticStatusWrapper) -> DiagnosticStatusWrapper:
        """Run all and merge their summaries."""
        combined = DiagnosticStatusWrapper()
        original = DiagnosticStatusWrapper(level=stat.level, message=stat.message)
        for task in self.tasks:
            stat.summary(original)
            stat = task.run(stat)
            combined.mergeSummary(stat)
        stat.summary(combined)
        return stat


class DiagnosticTaskVector:
    """A list of tasks that can change while it runs."""

    def __init__(self) -> None:
        self.tasks: list[DiagnosticTask] = []
        self.lock = threading.Lock()

    def add(self, *args: Any) -> None:
        """Add ``add(task)`` or ``add(name, function)``."""
        if len(args) not in (1, 2):
            raise TypeError("add needs a task, or a name and a function")
        task = args[0] if len(args) == 1 else FunctionDiagnosticTask(*args)
        with self.lock:
            self.tasks.append(task)
            self.addedTaskCallback(task)

    def addedTaskCallback(self, task: DiagnosticTask) -> None:  # noqa: N802
        """Hook for subclasses."""

    def removeByName(self, name: str) -> bool:  # noqa: N802
        """Remove the first task of that name; tells whether there was one."""
        with self.lock:
            for task in self.tasks:
                if task.getName() == name:
                    self.tasks.remove(task)
                    return True
            return False


class Updater(DiagnosticTaskVector):
    """Runs its tasks every ``diagnostic_updater.period`` seconds and publishes the outcome."""

    def __init__(self, node: Any, period: float = 1.0) -> None:
        super().__init__()
        self.node = node
        self.verbose = False
        self.hwid = ""
        self.warn_nohwid_done = False
        self.publisher = node.create_publisher(DiagnosticArray, "/diagnostics", 1)
        self._use_fqn = self._parameter("use_fqn", False)
        self.__period = float(self._parameter("period", float(period)))
        self.timer = node.create_timer(self.__period, self.update)

    def _parameter(self, name: str, default: Any) -> Any:
        full = f"diagnostic_updater.{name}"
        if not self.node.has_parameter(full):
            self.node.declare_parameter(full, default)
        return self.node.get_parameter(full).value

    @property
    def period(self) -> float:
        """Seconds between updates."""
        return self.__period

    @period.setter
    def period(self, value: float) -> None:
        self.__period = float(value)
        self.timer.timer_period_ns = int(self.__period * 1e9)

    def setHardwareID(self, hwid: str) -> None:  # noqa: N802
        """Set the hardware's name."""
        self.hwid = hwid

    def _prefix(self) -> str:
        return self.node.get_fully_qualified_name() if self._use_fqn else self.node.get_name()

    def update(self) -> None:
        """Run all tasks and publish."""
        statuses = []
        with self.lock:
            for task in self.tasks:
                status = DiagnosticStatusWrapper(
                    level=DiagnosticStatus.ERROR, name=task.getName(),
                    message="No message was set", hardware_id=self.hwid,
                )  # fmt: skip
                status = task.run(status)
                statuses.append(status)
                if status.level != DiagnosticStatus.OK and self.verbose:
                    self.node.get_logger().warning(
                        f"Non-zero diagnostic status. Name: '{status.name}', status "
                        f"{status.level!r}: '{status.message}'"
                    )
        all_ok = all(status.level == DiagnosticStatus.OK for status in statuses)
        if all_ok and not self.hwid and not self.warn_nohwid_done:
            self.node.get_logger().warning(
                "diagnostic_updater: No HW_ID was set. This is probably a bug. Please report it. "
                "For devices that do not have a HW_ID, set this value to 'none'. This warning "
                "only occurs once all diagnostics are OK so it is okay to wait until the device "
                "is open before calling setHardwareID."
            )
            self.warn_nohwid_done = True
        self.publish(statuses)

    def force_update(self) -> None:
        """Run all tasks and publish now."""
        self.update()

    def broadcast(self, lvl: bytes, msg: str) -> None:
        """Publish one level and message for all tasks."""
        self.publish(
            [DiagnosticStatusWrapper(level=lvl, name=t.getName(), message=msg) for t in self.tasks]
        )

    def publish(self, msg: Any) -> None:
        """Publish one status or a list."""
        statuses = msg if isinstance(msg, list) else [msg]
        for status in statuses:
            status.name = f"{self._prefix()}: {status.name}"
        array = DiagnosticArray(status=statuses)
        array.header.stamp = self.node.get_clock().now().to_msg()
        self.publisher.publish(array)

    def addedTaskCallback(self, task: DiagnosticTask) -> None:  # noqa: N802
        """Publish that a task has started."""
        status = DiagnosticStatusWrapper(
            level=DiagnosticStatus.OK, name=task.getName(), message="Node starting up"
        )
        self.publish(status)
