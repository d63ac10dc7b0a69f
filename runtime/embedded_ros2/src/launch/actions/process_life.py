"""The life of an action's process: started, perhaps again, and ended with more and more force."""

import asyncio
import contextlib
import logging
import signal
from collections.abc import Coroutine
from typing import Any, NamedTuple

from ..events.process import ProcessExited, ProcessStarted
from ..launch_context import LaunchContext
from .process_transport import Process, start_process


class Manner(NamedTuple):
    """How a process is started, started again and ended."""

    shell: bool
    emulate_tty: bool
    log_cmd: bool
    respawn: bool
    respawn_delay: float
    respawn_max_retries: int  # Negative for no limit.
    # From SIGINT to SIGTERM, and from there to SIGKILL.
    timeouts_s: tuple[float, float]


class ProcessLife:
    """Runs a process and tells of it in events.

    Args:
        context: where the events go; its loop must run.
        details: action, name, cmd, cwd and env of the process; its pid is added.
        manner: how it is started, started again and ended.
        logger: for news of the process.
    """

    def __init__(
        self,
        context: LaunchContext,
        details: dict[str, Any],
        manner: Manner,
        logger: logging.Logger,
    ) -> None:
        assert context.asyncio_loop is not None
        self._context = context
        self._loop = context.asyncio_loop
        self._details = details
        self._manner = manner
        self._logger = logger
        self._stopping = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self.process: Process | None = None
        self.completed: asyncio.Future[None] = self._loop.create_future()
        # Events of output that were handled since the process was started.
        self.pieces_handled = 0

    def start(self) -> None:
        """Begin to run the process."""
        self._task(self._run())
        self._task(self._escalate())

    def stop(self, *, send_sigint: bool) -> None:
        """Let the process end, with the signals that it takes; do not start it again."""
        if self._stopping.is_set():
            return
        self._stopping.set()
        if send_sigint:
            self.send(signal.SIGINT)

    def send(self, number: signal.Signals) -> None:
        """Send a signal, if the process runs."""
        if self.process is None or self.process.returncode is not None:
            return
        self._logger.info(f"sending signal '{number.name}' to process[{self._details['name']}]")
        self.process.send_signal(number)

    def _task(self, coroutine: Coroutine[Any, Any, None]) -> None:
        task = self._loop.create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _escalate(self) -> None:
        await self._stopping.wait()
        signals = (signal.SIGINT, signal.SIGTERM, signal.SIGKILL)
        for i, timeout in enumerate(self._manner.timeouts_s):
            await asyncio.wait([self.completed], timeout=timeout)
            if self.completed.done():
                return
            self._logger.error(
                f"process[{self._details['name']}] failed to terminate '{timeout:g}' seconds "
                f"after receiving '{signals[i].name}', escalating to '{signals[i + 1].name}'"
            )
            self.send(signals[i + 1])

    async def _run(self) -> None:
        most, retries = self._manner.respawn_max_retries, 0
        try:
            while await self._run_once():
                if 0 <= most <= retries:
                    return
                retries += 1
                if await self._stops_within(self._manner.respawn_delay):
                    return
        except Exception as error:
            self._logger.error(f"exception occurred while executing process: {error}")
        finally:
            if not self.completed.done():
                self.completed.set_result(None)
            for task in self._tasks:
                if task is not asyncio.current_task():
                    task.cancel()

    async def _stops_within(self, seconds: float) -> bool:
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), timeout=seconds)
        return self._stopping.is_set()

    async def _output_handled(self, process: Process) -> None:
        """Let the events of the last output come before the news of the end."""
        for _ in range(100):
            if self.pieces_handled >= process.pieces:
                return
            await asyncio.sleep(0.005)

    async def _run_once(self) -> bool:
        """Run the process to its end; return whether it may be started again."""
        if self._stopping.is_set():
            return False
        details = self._details
        cmd, cwd, env = details["cmd"], details["cwd"], details["env"]
        if self._manner.log_cmd:
            self._logger.info(
                f"process details: cmd='{' '.join(cmd)}', cwd='{cwd}', "
                f"custom_env?={env is not None}"
            )
        self.pieces_handled = 0
        self.process = process = await start_process(
            cmd,
            cwd=cwd,
            env=env,
            shell=self._manner.shell,
            emulate_tty=self._manner.emulate_tty,
            details=details,
            emit=self._context.emit_event_sync,
            logger=self._logger,
        )
        await self._context.emit_event(ProcessStarted(**details))
        if self._stopping.is_set():
            # The shutdown came while the process was being started.
            self.send(signal.SIGINT)
        returncode = await process.wait()
        await self._output_handled(process)
        if returncode == 0:
            self._logger.info(f"process has finished cleanly [pid {process.pid}]")
        else:
            words = " ".join(word for word in cmd if word.strip())
            self._logger.error(
                f"process has died [pid {process.pid}, exit code {returncode}, cmd '{words}']."
            )
        await self._context.emit_event(ProcessExited(returncode=returncode, **details))
        may_run = not self._context.is_shutdown and not self._stopping.is_set()
        return self._manner.respawn and may_run
