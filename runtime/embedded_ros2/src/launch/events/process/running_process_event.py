"""The base of events that come from a process."""

from ...event import Event
from .process_action import ProcessAction


class RunningProcessEvent(Event):
    """Something happened to a process."""

    name = "launch.events.process.RunningProcessEvent"

    def __init__(
        self,
        *,
        action: ProcessAction,
        name: str,
        cmd: list[str],
        cwd: str | None,
        env: dict[str, str] | None,
        pid: int,
    ) -> None:
        self.__action = action
        self.__name = name
        self.__cmd = cmd
        self.__cwd = cwd
        self.__env = env
        self.__pid = pid

    @property
    def action(self) -> ProcessAction:
        """The action that runs the process."""
        return self.__action

    @property
    def execute_process_action(self) -> ProcessAction:
        """The action, by its old name."""
        return self.__action

    @property
    def process_name(self) -> str:
        """The name in the output, as in ``talker-1``."""
        return self.__name

    @property
    def cmd(self) -> list[str]:
        """The command line."""
        return self.__cmd

    @property
    def cwd(self) -> str | None:
        """The working directory; None for that of the launch."""
        return self.__cwd

    @property
    def env(self) -> dict[str, str] | None:
        """The environment; None for that of the launch."""
        return self.__env

    @property
    def pid(self) -> int:
        """The process id."""
        return self.__pid
