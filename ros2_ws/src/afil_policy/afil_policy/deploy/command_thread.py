"""The command loop's thread: a steady clock, a heartbeat, and nothing that could wait."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable

from afil_core.supervision.heartbeat import PERIOD_S, Heartbeat
from afil_policy.deploy.controller import PolicyController

_END_S = 1.0
# Between two steps it looks so often for a reason to stop, and says at each second time that it
# lives: what happens just after a step must not wait for the next one.
_WATCH_S = PERIOD_S / 2


class CommandThread:
    """Steps a controller: at every period of a steady clock, or whenever it is woken.

    Deadlines are absolute, so that a late cycle does not delay those after it. It says 20 times
    a second that it lives, after a command where there is one then, so that none waits for that.

    Args:
        controller: What is stepped.
        step: Steps it and sends what it says.
        watch: Sends what brings the robot to rest, where it must stop before its next command.
        beat: Sends a heartbeat.
        failed: Is told what ended the thread, should anything do so.
        period_s: Control period for a loop at a steady rate; None for one that is woken.
        begin: The first thing that the thread does.
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
        begin: Callable[[], None] = lambda: None,
    ) -> None:
        self._controller = controller
        self._step, self._watch = step, watch
        self._beat, self._failed = beat, failed
        self._period_s = period_s
        self._begin = begin
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

    def rested(self) -> None:
        """Say once more that it lives, after its end and the rest that followed it.

        Not where a step still hangs, which may yet command something.
        """
        if not self._thread.is_alive():
            self._live()

    def stop(self) -> None:
        """End after the step that runs; one that hangs is waited for for a second."""
        with self._changed:
            self._is_open = False
            self._changed.notify()
        if threading.current_thread() is not self._thread and self._thread.is_alive():
            self._thread.join(_END_S)

    def _run(self) -> None:
        try:
            self._begin()
            if self._period_s is None:
                self._follow()
            else:
                self._keep(self._period_s)
        except Exception as error:  # noqa: BLE001 (whatever it is, the robot must come to rest)
            self._failed(error)

    def _follow(self) -> None:
        """Step whenever woken; at each heartbeat it looks for what has ceased to come, too."""
        next_beat_s = time.monotonic()
        while True:
            woken = self._wait(next_beat_s, may_wake=True)
            if not self._is_open:
                return
            now_s = time.monotonic()
            if woken or now_s >= next_beat_s:
                self._step()
            if now_s >= next_beat_s:
                self._watch()
                self._live()
                next_beat_s = now_s + PERIOD_S

    def _keep(self, period_s: float) -> None:
        """Step at every period of a steady clock."""
        period_ns, watch_ns = _grid(period_s)
        next_step_ns = next_watch_ns = time.monotonic_ns()
        next_beat_ns = next_step_ns
        while True:
            self._wait(min(next_step_ns, next_watch_ns) / 1e9)
            if not self._is_open:
                return
            now_ns = time.monotonic_ns()
            if now_ns >= next_step_ns:
                late_ns = now_ns - next_step_ns
                self._controller.cycle_began(late_ns / 1e9)
                self._step()
                # Periods that were slept through are not made up for.
                next_step_ns += (late_ns // period_ns + 1) * period_ns
            if now_ns >= next_watch_ns:
                self._watch()
                next_watch_ns += ((now_ns - next_watch_ns) // watch_ns + 1) * watch_ns
                if now_ns >= next_beat_ns:
                    self._live()
                    # More than half a turn less: turns are not all alike, and where two and a half
                    # make a period (50 Hz) each second one would be the third.
                    next_beat_ns = now_ns + round(PERIOD_S * 1e9) - 5 * watch_ns // 8

    def _live(self) -> None:
        moving = self._controller.is_moving
        self._beat(Heartbeat(self._sequence, moving, self._controller.stops))
        self._sequence += 1

    def _wait(self, until_s: float, *, may_wake: bool = False) -> bool:
        with self._changed:
            while self._is_open and not (self._is_woken and may_wake):
                left_s = until_s - time.monotonic()
                if left_s <= 0:
                    break
                self._changed.wait(left_s)
            woken, self._is_woken = self._is_woken, False
            return woken


def _grid(period_s: float) -> tuple[int, int]:
    """Nanoseconds from step to step and from look to look; one divides the other."""
    if period_s < _WATCH_S:
        period_ns = round(period_s * 1e9)
        return period_ns, period_ns * int(_WATCH_S / period_s)
    looks = math.ceil(period_s / _WATCH_S)
    watch_ns = round(period_s * 1e9 / looks)
    return watch_ns * looks, watch_ns
