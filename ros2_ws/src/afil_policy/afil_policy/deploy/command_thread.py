"""The command loop's thread: a steady clock, a heartbeat, and nothing that could wait."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from afil_policy.deploy.controller import PolicyController
from afil_policy.deploy.heartbeat import PERIOD_S, Heartbeat

_END_S = 1.0


class CommandThread:
    """Steps a controller: at every period of a steady clock, or whenever it is woken.

    Deadlines are absolute, so that a late cycle does not delay those after it. Between commands
    it says 20 times a second that it lives.

    Args:
        controller: What is stepped.
        step: Steps it and sends what it says.
        watch: Sends what brings the robot to rest, where it must stop before its next command.
        beat: Sends a heartbeat.
        failed: Is told what ended the thread, should anything do so.
        period_s: Control period for a loop at a steady rate; None for one that is woken.
    """

    def __init__(
        self,
        controller: PolicyController,
        *,
        step: Callable[[], None],
        watch: Callable[[], None],
        beat: Callable[[Heartbeat], None],
        failed: Callable[[Exception], None],
        period_s: float | None,
    ) -> None:
        self._controller = controller
        self._step, self._watch = step, watch
        self._beat, self._failed = beat, failed
        self._period_s = period_s
        self._changed = threading.Condition()
        self._is_woken = False
        self._is_open = True
        self._sequence = 0
        self._thread = threading.Thread(target=self._run, name="commands", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def wake(self) -> None:
        """There may be something to command."""
        with self._changed:
            self._is_woken = True
            self._changed.notify()

    def stop(self) -> None:
        """End after the step that runs; one that hangs is waited for for a second."""
        with self._changed:
            self._is_open = False
            self._changed.notify()
        if threading.current_thread() is not self._thread and self._thread.is_alive():
            self._thread.join(_END_S)

    def _run(self) -> None:
        try:
            self._loop()
        except Exception as error:  # noqa: BLE001 (whatever it is, the robot must come to rest)
            self._failed(error)

    def _loop(self) -> None:
        next_beat_s = time.monotonic()
        next_step_s = next_beat_s
        while True:
            wait_until_s = next_beat_s
            if self._period_s is not None:
                wait_until_s = min(wait_until_s, next_step_s)
            woken = self._wait(wait_until_s)
            if not self._is_open:
                return
            now_s = time.monotonic()
            if self._period_s is None:
                # It looks for what has ceased to come at each heartbeat, too.
                if woken or now_s >= next_beat_s:
                    self._step()
            elif now_s >= next_step_s:
                self._controller.cycle_began(now_s - next_step_s)
                self._step()
                # Periods that were slept through are not made up for.
                missed = int((now_s - next_step_s) / self._period_s)
                next_step_s += (missed + 1) * self._period_s
            now_s = time.monotonic()
            if now_s >= next_beat_s:
                self._watch()
                moving = self._controller.is_moving
                self._beat(Heartbeat(self._sequence, moving, self._controller.stops))
                self._sequence += 1
                next_beat_s = now_s + PERIOD_S

    def _wait(self, until_s: float) -> bool:
        with self._changed:
            while self._is_open and not (self._is_woken and self._period_s is None):
                left_s = until_s - time.monotonic()
                if left_s <= 0:
                    break
                self._changed.wait(left_s)
            woken, self._is_woken = self._is_woken, False
            return woken
