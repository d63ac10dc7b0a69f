"""Signal handling: SIGINT and SIGTERM shut contexts down and wake whoever spins."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import weakref
from enum import IntEnum
from types import FrameType
from typing import Any


class SignalHandlerOptions(IntEnum):
    """Which signals are handled."""

    NO = 0
    SIGINT = 1
    SIGTERM = 2
    ALL = 3


class _State:
    def __init__(self) -> None:
        self.options = SignalHandlerOptions.NO
        self.previous: dict[int, Any] = {}
        self.contexts: weakref.WeakSet[Any] = weakref.WeakSet()
        self.wakers: weakref.WeakSet[Any] = weakref.WeakSet()
        self.pipe: tuple[int, int] | None = None
        self.previous_fd = -1


_state = _State()


def _watch(descriptor: int) -> None:
    """Wake executors when a signal arrives.

    Python runs its handlers only between instructions of the main thread, which may sleep in
    DDS. The interpreter's wake-up descriptor is written at once; this thread turns that into a
    wake-up of every executor.
    """
    while True:
        received = os.read(descriptor, 64)
        if b"\0" in received or not received:
            os.close(descriptor)
            return
        if _state.previous_fd >= 0:  # Somebody else (asyncio) waits for signals too.
            with contextlib.suppress(OSError):
                os.write(_state.previous_fd, received)
        for waker in list(_state.wakers):
            waker.wake()


def _handle(signum: int, frame: FrameType | None) -> None:
    for context in list(_state.contexts):
        context._shutdown()
    previous = _state.previous.get(signum)
    if callable(previous):
        previous(signum, frame)


def _wanted(options: SignalHandlerOptions) -> list[int]:
    return [
        number
        for number, flag in (
            (signal.SIGINT, SignalHandlerOptions.SIGINT),
            (signal.SIGTERM, SignalHandlerOptions.SIGTERM),
        )
        if options & flag
    ]


def install_signal_handlers(
    options: SignalHandlerOptions = SignalHandlerOptions.ALL,
) -> None:
    """Handle signals; only the main thread can, elsewhere nothing happens."""
    if threading.current_thread() is not threading.main_thread() or not options:
        return
    if _state.pipe is None:
        _state.pipe = os.pipe()
        os.set_blocking(_state.pipe[1], False)
        threading.Thread(
            target=_watch, args=(_state.pipe[0],), name="ros_signals", daemon=True
        ).start()
        _state.previous_fd = signal.set_wakeup_fd(_state.pipe[1], warn_on_full_buffer=False)
    for number in _wanted(options):
        if number not in _state.previous:
            _state.previous[number] = signal.signal(number, _handle)
    _state.options = SignalHandlerOptions(_state.options | options)


def uninstall_signal_handlers() -> None:
    """Give the signals back to who handled them before."""
    if threading.current_thread() is not threading.main_thread():
        return
    for number, previous in _state.previous.items():
        with contextlib.suppress(TypeError, ValueError):
            signal.signal(number, previous)
    _state.previous.clear()
    _state.options = SignalHandlerOptions.NO
    if _state.pipe is not None:
        signal.set_wakeup_fd(_state.previous_fd)
        writer = _state.pipe[1]
        _state.pipe = None
        os.write(writer, b"\0")  # Ends the thread, which closes its side.
        os.close(writer)


def get_current_signal_handlers_options() -> SignalHandlerOptions:
    """Which signals are handled now."""
    return _state.options


class SignalHandlerGuardCondition:
    """Something with ``wake`` that is called when a signal arrives."""

    def __init__(self, waker: Any) -> None:
        self._waker = waker
        _state.wakers.add(self)

    def wake(self) -> None:
        """Pass the wake-up on."""
        self._waker.wake()

    def destroy(self) -> None:
        """Hear of signals no longer."""
        _state.wakers.discard(self)


def _register_context(context: Any) -> None:
    _state.contexts.add(context)
