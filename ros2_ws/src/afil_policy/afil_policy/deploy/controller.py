"""The policy's control loop: messages in, commands out, and a reason whenever there are none."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from afil_core.contract import Contract
from afil_core.errors import AfilError
from afil_core.timeline import Tick, Timeline
from afil_policy.deploy.adapters import Command, CommandAdapter
from afil_policy.deploy.binary import BinaryDimensions
from afil_policy.deploy.latency import LatencyMonitor, LatencySummary
from afil_policy.deploy.limits import ActionLimits
from afil_policy.deploy.watchdog import Watchdog

# After a longer silence than this many periods the last target says nothing about the robot.
_RESTART_PERIODS = 5


class Acts(Protocol):
    """Anything that decides: a trained policy, or a scripted one in a test."""

    def act(self, observations: dict[str, NDArray[Any]]) -> NDArray[np.float64]:
        """The action for a tick's observations."""
        ...


@dataclass(frozen=True)
class ControlStatus:
    """What the loop has done since it was made.

    Attributes:
        commands: Ticks answered with a command.
        refusals: Ticks or messages that no command could be made from.
        problem: The reason of the last refusal, if nothing was commanded since.
        clipped: Actions or targets that had to be clipped.
        stops: Times that the watchdog stopped the robot.
        stamp_to_command: From the frame's stamp to the command, on the node's clock.
        frame_to_command: From the frame's arrival to the command, in wall time.
    """

    commands: int
    refusals: int
    problem: str | None
    clipped: int
    stops: int
    stamp_to_command: LatencySummary | None
    frame_to_command: LatencySummary | None


@dataclass(frozen=True)
class _Newest:
    cdr: bytes
    received_s: float


class PolicyController:
    """Aligns, decides, limits and encodes; one answer per tick.

    Args:
        policy: What decides.
        contract: The robot's contract.
        adapter: Adapter of the chosen command interface.
        limits: Limits of the same contract.
        watchdog_timeout_s: Wall time without a command after which the robot is stopped.
        wall_s: Steady clock, seconds.
    """

    def __init__(
        self,
        policy: Acts,
        contract: Contract,
        adapter: CommandAdapter,
        limits: ActionLimits,
        *,
        watchdog_timeout_s: float = 0.5,
        wall_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._policy = policy
        self._contract = contract
        self._adapter = adapter
        self._limits = limits
        self._binary = BinaryDimensions(contract)
        self._timeline = Timeline(contract)
        self._watchdog = Watchdog(watchdog_timeout_s)
        self._wall_s = wall_s
        self._newest: dict[str, _Newest] = {}
        self._stamp_latency = LatencyMonitor()
        self._wall_latency = LatencyMonitor()
        self._commands = 0
        self._refusals = 0
        self._stops = 0
        self._problem: str | None = None
        self._last_stamp_ns: int | None = None

    @property
    def problem(self) -> str | None:
        """The reason of the last refusal, if nothing was commanded since."""
        return self._problem

    @property
    def status(self) -> ControlStatus:
        """What the loop has done so far."""
        idle = "no frame has arrived yet" if self._commands + self._refusals == 0 else None
        return ControlStatus(
            self._commands,
            self._refusals,
            self._problem or idle,
            self._limits.clipped,
            self._stops,
            self._stamp_latency.summary(),
            self._wall_latency.summary(),
        )

    def receive(self, stream: str, cdr: bytes, now_ns: int) -> None:
        """Take one message of an observation stream.

        Args:
            stream: Name of the stream.
            cdr: The serialized message.
            now_ns: The node's clock.
        """
        self._newest[stream] = _Newest(cdr, self._wall_s())
        if not self._timeline.push(stream, cdr, now_ns):
            self._refuse(self._timeline.guard.sentences()[-1])

    def poll(self, now_ns: int) -> list[Command]:
        """The commands that are due, in the order in which they must be published.

        Args:
            now_ns: The node's clock.
        """
        ticks = self._timeline.poll(now_ns)
        for missed in ticks[:-1]:
            self._refuse(f"the tick at {missed.stamp_ns} ns was overtaken by a newer one")
        commands = self._answer(ticks[-1], now_ns) if ticks else []
        if commands:
            self._watchdog.feed(self._wall_s())
        elif self._watchdog.expired(self._wall_s()):
            self._stops += 1
            self._refuse(f"no command for too long ({self._problem or 'no new frame'})")
            return self.stop(now_ns)
        return commands

    def stop(self, now_ns: int) -> list[Command]:
        """Commands that bring the robot to rest, from fresh measurements only.

        Args:
            now_ns: The node's clock; the stamp of the command.
        """
        self._watchdog.rest()
        now_s = self._wall_s()
        fresh: dict[str, NDArray[Any]] = {}
        for name, newest in self._newest.items():
            stream = self._contract.stream(name)
            if now_s - newest.received_s <= stream.max_age_s:
                with contextlib.suppress(AfilError):
                    fresh[name] = stream.decode(newest.cdr).value
        return self._adapter.stop(fresh, now_ns)

    def reset(self) -> None:
        """Forget buffers and targets: what comes next has nothing to do with what was."""
        self._timeline.reset()
        self._adapter.reset()
        self._binary.reset()
        self._watchdog.rest()
        self._newest.clear()

    def _answer(self, tick: Tick, now_ns: int) -> list[Command]:
        if tick.observations is None:
            self._refuse(tick.problem or "an observation is missing")
            return []
        arrived_s = self._newest[self._contract.anchor].received_s
        # A simulated clock that has not spoken yet reads 0 and can't date anything.
        age_s = (now_ns - tick.stamp_ns) / 1e9 if now_ns else 0.0
        longest_s = self._contract.stream(self._contract.anchor).max_age_s
        if abs(age_s) > longest_s:
            self._refuse(
                f"the frame is {age_s:.3f} s old, beyond {longest_s:g} s "
                f"(observations.{self._contract.anchor}.max_age_s); check the hosts' clocks"
            )
            return []
        self._restart_after_gap(tick.stamp_ns)
        try:
            decided = self._binary.apply(self._policy.act(tick.observations))
            action = self._limits.action(decided)
            commands = self._adapter.commands(action, tick.observations, tick.stamp_ns)
        except AfilError as error:
            self._refuse(str(error))
            return []
        self._commands += 1
        self._last_stamp_ns = tick.stamp_ns
        self._problem = None
        self._stamp_latency.add(age_s)
        self._wall_latency.add(self._wall_s() - arrived_s)
        return commands

    def _restart_after_gap(self, stamp_ns: int) -> None:
        last_ns, self._last_stamp_ns = self._last_stamp_ns, None
        longest_ns = _RESTART_PERIODS * self._contract.period_ns
        if last_ns is None or not 0 < stamp_ns - last_ns <= longest_ns:
            self._adapter.reset()
            self._binary.reset()

    def _refuse(self, problem: str) -> None:
        self._refusals += 1
        self._problem = problem
