"""A child process with its pipes, or with terminals of its own."""

import asyncio
import contextlib
import logging
import os
import pty
import signal
import subprocess
from collections.abc import Callable
from typing import Any

from ..event import Event
from ..events.process import ProcessStderr, ProcessStdout

# Seconds that a dead process's output is waited for when something else holds its pipes open.
DRAIN_S = 0.5


class _Protocol(asyncio.SubprocessProtocol):
    def __init__(
        self, details: dict[str, Any], emit: Callable[[Event], None], logger: logging.Logger
    ) -> None:
        self._details = details
        self._emit = emit
        self._logger = logger
        self.open_outputs: set[int] = set()
        self.pieces = 0
        loop = asyncio.get_running_loop()
        self.exited = loop.create_future()
        self.drained = asyncio.Event()

    def connection_made(self, transport: Any) -> None:
        pid = transport.get_pid()
        self._details["pid"] = pid
        self._logger.info(f"process started with pid [{pid}]")

    def output(self, fd: int, data: bytes) -> None:
        self.pieces += 1
        kind = ProcessStdout if fd == 1 else ProcessStderr
        self._emit(kind(text=data, **self._details))

    def output_ended(self, fd: int) -> None:
        self.open_outputs.discard(fd)
        if not self.open_outputs:
            self.drained.set()

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        self.output(fd, data)

    def pipe_connection_lost(self, fd: int, exc: Exception | None) -> None:
        self.output_ended(fd)

    def process_exited(self) -> None:
        if not self.exited.done():
            self.exited.set_result(None)


class Process:
    """A running child."""

    def __init__(
        self,
        transport: asyncio.SubprocessTransport,
        protocol: _Protocol,
        terminals: dict[int, int],
    ) -> None:
        self._transport = transport
        self._protocol = protocol
        self._terminals = terminals

    @property
    def pid(self) -> int:
        """The process id."""
        return self._transport.get_pid()

    @property
    def returncode(self) -> int | None:
        """The exit code, minus the signal's number for a signal; None while it runs."""
        return self._transport.get_returncode()

    @property
    def pieces(self) -> int:
        """How many events of output were emitted."""
        return self._protocol.pieces

    def send_signal(self, number: signal.Signals) -> None:
        """Send a signal, unless the process is gone."""
        if self.returncode is None:
            # Not through the transport: it polls, and may take the exit code away from asyncio.
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def write(self, data: bytes) -> None:
        """Write to the process's standard input."""
        pipe = self._transport.get_pipe_transport(0)
        if pipe is not None:
            pipe.write(data)  # type: ignore[attr-defined]

    async def wait(self) -> int:
        """Wait for the end, and for the last of the output, and return the exit code."""
        await self._protocol.exited
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._protocol.drained.wait(), DRAIN_S)
        for fd in list(self._terminals):
            self._close_terminal(fd)
        code = self.returncode
        self._transport.close()
        assert code is not None
        return code

    def read_terminals(self) -> None:
        """Begin to read the terminals."""
        loop = asyncio.get_running_loop()
        for fd, master in self._terminals.items():
            loop.add_reader(master, self._read_terminal, fd, master)

    def _read_terminal(self, fd: int, master: int) -> None:
        try:
            data = os.read(master, 65536)
        except OSError:
            data = b""
        if data:
            self._protocol.output(fd, data)
        else:
            self._close_terminal(fd)

    def _close_terminal(self, fd: int) -> None:
        master = self._terminals.pop(fd, None)
        if master is not None:
            asyncio.get_running_loop().remove_reader(master)
            os.close(master)
            self._protocol.output_ended(fd)


async def start_process(
    cmd: list[str],
    *,
    cwd: str | None,
    env: dict[str, str] | None,
    shell: bool,
    emulate_tty: bool,
    details: dict[str, Any],
    emit: Callable[[Event], None],
    logger: logging.Logger,
) -> Process:
    """Start a child in the launch's own session and process group.

    The child shares the launch's terminal, so that it may open ``/dev/tty`` and gets Ctrl-C.
    """
    loop = asyncio.get_running_loop()
    protocol = _Protocol(details, emit, logger)
    terminals: dict[int, int] = {}
    slaves: dict[int, int] = {}
    outputs: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    if emulate_tty:
        for fd, name in ((1, "stdout"), (2, "stderr")):
            terminals[fd], slaves[fd] = pty.openpty()
            outputs[name] = slaves[fd]
    protocol.open_outputs = {1, 2}
    try:
        if shell:
            transport, _ = await loop.subprocess_shell(
                lambda: protocol, " ".join(cmd), cwd=cwd, env=env, **outputs
            )
        else:
            transport, _ = await loop.subprocess_exec(
                lambda: protocol, *cmd, cwd=cwd, env=env, **outputs
            )
    except BaseException:
        for master in terminals.values():
            os.close(master)
        raise
    finally:
        for slave in slaves.values():
            os.close(slave)
    process = Process(transport, protocol, terminals)
    process.read_terminals()
    return process
