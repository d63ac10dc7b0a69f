"""Why the robot must stop although it could be commanded: what a command loop looks at first."""

from __future__ import annotations

from collections.abc import Sequence

from afil_core.supervision.watchdog import Watchdog
from afil_policy.deploy.clock_jumps import ClockJumps
from afil_policy.deploy.guards import Guard
from afil_policy.deploy.inference import Inference


class StopConditions:
    """Guards, clock, cameras, inference, frames and commands, in this order.

    Args:
        inference: Runs the policy.
        guards: What may forbid to command.
        timeout_s: Wall time after which the robot is stopped: without a new tick, without a
            command, in one inference.
        watches_clock: Whether the node's clock must go as the steady clock does.
        needs_ticks: Whether a loop goes on without ticks, for as long as a chunk lasts.

    Attributes:
        frozen: A sentence while a camera is frozen.
        has_ticks: Whether ticks come.
    """

    def __init__(
        self,
        inference: Inference,
        guards: Sequence[Guard],
        timeout_s: float,
        *,
        watches_clock: bool,
        needs_ticks: bool,
    ) -> None:
        self._inference = inference
        self._guards = tuple(guards)
        self._timeout_s = timeout_s
        self._needs_ticks = needs_ticks
        self._jumps = ClockJumps(watches_clock)
        self._commands = Watchdog(timeout_s)
        self._tick_s: float | None = None
        self.frozen: str | None = None

    @property
    def has_ticks(self) -> bool:
        """Whether a tick came since the robot was last stopped for want of them."""
        return self._tick_s is not None

    def tick(self, arrived_s: float) -> None:
        """The frame of a new tick arrived at a time of the steady clock."""
        self._tick_s = arrived_s

    def commanded(self, now_s: float) -> None:
        """A command is sent."""
        self._commands.feed(now_s)

    def rested(self) -> None:
        """The robot is brought to rest."""
        self._commands.rest()

    def reset(self) -> None:
        """Forget what was; guards that latched let go."""
        self._commands.rest()
        self._jumps.clear()
        self._tick_s = None
        for guard in self._guards:
            guard.reset()

    def reason(self, now_ns: int, now_s: float, problem: str | None) -> str | None:
        """Why nothing may be commanded now, as a sentence; None where something may.

        Args:
            now_ns: The node's clock.
            now_s: Steady clock.
            problem: What was last refused, for the sentence about what has ceased to come.
        """
        for guard in self._guards:
            verdict = guard.verdict(now_s)
            if verdict is not None:
                return verdict
        jump = self._jumps.check(now_ns, now_s)
        if jump is not None:
            return jump
        if self.frozen is not None:
            return self.frozen
        if self._inference.busy_s(now_s) > self._timeout_s:
            return f"an inference has run for more than {self._timeout_s:g} s"
        why = problem or "no new frame"
        if self._needs_ticks and self._tick_s is not None and (
            now_s - self._tick_s > self._timeout_s
        ):  # fmt: skip
            self._tick_s = None
            return f"no tick for more than {self._timeout_s:g} s ({why})"
        if self._commands.expired(now_s):
            return f"no command for too long ({why})"
        return None
