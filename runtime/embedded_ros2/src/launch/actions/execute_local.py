"""The action that runs a process."""

import asyncio
import os
from typing import Any, Optional

from .. import logging
from ..action import Action
from ..conditions import evaluate_condition_expression
from ..descriptions import Executable
from ..event import Event
from ..event_handler import EventHandler
from ..event_handlers import OnProcessExit, OnProcessIO, OnShutdown
from ..event_handlers.on_action_event_base import OnEvent
from ..events import Shutdown
from ..events.process import ProcessIO, ProcessStdin, ShutdownProcess, SignalProcess
from ..launch_context import LaunchContext
from ..launch_description_entity import LaunchDescriptionEntity
from ..some_substitutions_type import SomeSubstitutionsType
from ..substitution import Substitution
from ..substitutions import LaunchConfiguration
from ..utilities import normalize_to_list_of_substitutions, perform_substitutions
from ..utilities.type_utils import normalize_typed_substitution, perform_typed_substitution
from .opaque_function import OpaqueFunction
from .process_life import Manner, ProcessLife
from .process_output import LineWriter
from .process_transport import Process


class ExecuteLocal(Action):
    """Runs a process, tells of it in events, and ends it with the launch.

    Args:
        process_description: the program.
        shell: whether the command line is for a shell.
        sigterm_timeout: seconds from SIGINT to SIGTERM.
        sigkill_timeout: seconds from SIGTERM to SIGKILL.
        emulate_tty: whether the process is to believe that it writes on a terminal; the launch
            configuration ``emulate_tty`` decides over it.
        output: where its output goes; see `launch.logging.get_output_loggers`.
        output_format: form of a line of output.
        cached_output: whether `get_stdout` and `get_stderr` keep the output.
        log_cmd: whether the command line is logged.
        on_exit: entities to visit at the end, or a function that returns some.
        respawn: whether the process is started again when it ends.
        respawn_delay: seconds before that.
        respawn_max_retries: how often at most; negative for no limit.
    """

    def __init__(
        self,
        *,
        process_description: Executable,
        shell: bool = False,
        sigterm_timeout: SomeSubstitutionsType | None = None,
        sigkill_timeout: SomeSubstitutionsType | None = None,
        emulate_tty: bool = False,
        output: Any = "log",
        output_format: str = "[{this.process_description.final_name}] {line}",
        cached_output: bool = False,
        log_cmd: bool = False,
        on_exit: OnEvent | None = None,
        respawn: bool | SomeSubstitutionsType = False,
        respawn_delay: float | None = None,
        respawn_max_retries: int = -1,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.__description = process_description
        self.__shell = shell
        self.__sigterm_timeout = normalize_to_list_of_substitutions(
            sigterm_timeout or LaunchConfiguration("sigterm_timeout", default=5)
        )
        self.__sigkill_timeout = normalize_to_list_of_substitutions(
            sigkill_timeout or LaunchConfiguration("sigkill_timeout", default=5)
        )
        self.__emulate_tty = emulate_tty
        output = os.environ.get("OVERRIDE_LAUNCH_PROCESS_OUTPUT", output)
        self.__output = (
            output if isinstance(output, dict) else normalize_to_list_of_substitutions(output)
        )
        self.__output_format = output_format
        self.__cached_output = cached_output
        self.__log_cmd = log_cmd
        self.__on_exit = on_exit
        self.__respawn = normalize_typed_substitution(respawn, bool)
        self.__respawn_delay = respawn_delay
        self.__respawn_max_retries = respawn_max_retries
        self.__details: dict[str, Any] | None = None
        self.__life: ProcessLife | None = None
        self.__executed = False
        self.__writers: tuple[LineWriter, ...] = ()

    @property
    def process_description(self) -> Executable:
        """The program."""
        return self.__description

    @property
    def shell(self) -> bool:
        """Whether the command line is for a shell."""
        return self.__shell

    @property
    def emulate_tty(self) -> bool:
        """Whether the process is to believe that it writes on a terminal."""
        return self.__emulate_tty

    @property
    def output(self) -> Any:
        """Where the output goes."""
        return self.__output

    @property
    def sigterm_timeout(self) -> list[Substitution]:
        """Seconds from SIGINT to SIGTERM."""
        return self.__sigterm_timeout

    @property
    def sigkill_timeout(self) -> list[Substitution]:
        """Seconds from SIGTERM to SIGKILL."""
        return self.__sigkill_timeout

    @property
    def process_details(self) -> dict[str, Any] | None:
        """Name, cmd, cwd, env and pid of the process; None before it is prepared."""
        return self.__details

    @property
    def return_code(self) -> int | None:
        """The exit code; None before the end."""
        process = self.__process()
        return None if process is None else process.returncode

    def __process(self) -> Process | None:
        return None if self.__life is None else self.__life.process

    def get_sub_entities(self) -> list[LaunchDescriptionEntity]:
        """Return the entities of ``on_exit``, where it is a list."""
        return self.__on_exit if isinstance(self.__on_exit, list) else []

    def get_stdout(self) -> str:
        """Return the kept standard output; RuntimeError without ``cached_output``."""
        return self.__cached(0)

    def get_stderr(self) -> str:
        """Return the kept standard error; RuntimeError without ``cached_output``."""
        return self.__cached(1)

    def __cached(self, index: int) -> str:
        if not self.__cached_output:
            raise RuntimeError(
                f"cached output must be true to be able to get the output of "
                f"'{self.__description.final_name}'"
            )
        return self.__writers[index].text if self.__writers else ""

    def get_asyncio_future(self) -> Optional["asyncio.Future[None]"]:
        """Return the future that is done when the process is."""
        return None if self.__life is None else self.__life.completed

    def prepare(self, context: LaunchContext) -> None:
        """Perform the substitutions."""
        self.__description.prepare(context, self)
        self.__details = {
            "action": self,
            "name": self.__description.final_name,
            "cmd": self.__description.final_cmd,
            "cwd": self.__description.final_cwd,
            "env": self.__description.final_env,
        }
        self.__respawn = perform_typed_substitution(context, self.__respawn, bool)

    def execute(self, context: LaunchContext) -> list[LaunchDescriptionEntity] | None:
        """Start the process and register for the events that concern it."""
        self.prepare(context)
        name = self.__description.final_name
        assert name is not None
        if self.__executed:
            raise RuntimeError(
                f"ExecuteLocal action '{name}': executed more than once: {self.describe()}"
            )
        self.__executed = True
        if context.is_shutdown:
            return None
        given = self.__output
        output = given if isinstance(given, dict) else perform_substitutions(context, given)
        self.__writers = tuple(
            LineWriter(logger, self.__format, keep=self.__cached_output)
            for logger in logging.get_output_loggers(name, output)
        )
        assert self.__details is not None
        self.__life = ProcessLife(
            context, self.__details, self.__manner(context), logging.get_logger(name)
        )
        self.__register(context)
        self.__life.start()
        return None

    def __manner(self, context: LaunchContext) -> Manner:
        emulate_tty = self.__emulate_tty
        if "emulate_tty" in context.launch_configurations:
            emulate_tty = evaluate_condition_expression(
                context,
                normalize_to_list_of_substitutions(context.launch_configurations["emulate_tty"]),
            )
        return Manner(
            shell=self.__shell,
            emulate_tty=emulate_tty,
            log_cmd=self.__log_cmd,
            respawn=bool(self.__respawn),
            respawn_delay=self.__respawn_delay or 0.0,
            respawn_max_retries=self.__respawn_max_retries,
            timeouts_s=(
                float(perform_substitutions(context, self.__sigterm_timeout)),
                float(perform_substitutions(context, self.__sigkill_timeout)),
            ),
        )

    def __format(self, line: str) -> str:
        return self.__output_format.format(line=line, this=self)

    def __register(self, context: LaunchContext) -> None:
        handlers: list[Any] = [
            _targeted(event_type, function)
            for event_type, function in (
                (ShutdownProcess, self.__on_shutdown_process),
                (SignalProcess, self.__on_signal_process),
                (ProcessStdin, self.__on_process_stdin),
            )
        ]
        handlers.append(
            OnProcessIO(
                target_action=self,
                on_stdout=lambda event: self.__on_output(event, 0),
                on_stderr=lambda event: self.__on_output(event, 1),
            )
        )
        handlers.append(OnShutdown(on_shutdown=self.__on_shutdown))
        if self.__on_exit is not None:
            handlers.append(OnProcessExit(target_action=self, on_exit=self.__on_exit))
        handlers.append(OnProcessExit(target_action=self, on_exit=self.__flush))
        for handler in handlers:
            context.register_event_handler(handler)

    # Events

    def __on_output(self, event: ProcessIO, index: int) -> None:
        assert self.__life is not None
        self.__life.pieces_handled += 1
        self.__writers[index].write(event.text)

    def __flush(self, event: Event, context: LaunchContext) -> None:
        for writer in self.__writers:
            writer.flush()

    def __on_shutdown(self, event: Event, context: LaunchContext) -> None:
        assert isinstance(event, Shutdown)
        assert self.__life is not None
        # On a terminal Ctrl-C reaches the children by itself.
        self.__life.stop(send_sigint=not event.due_to_sigint or context.noninteractive)

    def __on_shutdown_process(self, context: LaunchContext) -> None:
        assert self.__life is not None
        if context.locals.event.process_matcher(self):
            self.__life.stop(send_sigint=True)

    def __on_signal_process(self, context: LaunchContext) -> None:
        assert self.__life is not None
        event = context.locals.event
        if not event.process_matcher(self):
            return
        if self.__life.process is None:
            if context.is_shutdown:
                return
            raise RuntimeError("Signal event received before subprocess transport available.")
        self.__life.send(event.signal)

    def __on_process_stdin(self, context: LaunchContext) -> None:
        event, process = context.locals.event, self.__process()
        if event.process_matcher(self) and process is not None:
            process.write(event.text)


def _targeted(event_type: type[Event], function: Any) -> EventHandler:
    return EventHandler(
        matcher=lambda event: isinstance(event, event_type),
        entities=OpaqueFunction(function=function),
    )
