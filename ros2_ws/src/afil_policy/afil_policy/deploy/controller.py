"""The policy's control loop: messages in, commands out, and a reason whenever there are none.

It composes four parts, each of which could have a thread of its own: the observation buffer,
the policy, the chunk executor and the command loop. Today all of them run in the thread that
calls :meth:`PolicyController.poll`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from afil_core.contract import Contract
from afil_core.errors import AfilError
from afil_policy.deploy.adapters import Adapter, Outgoing
from afil_policy.deploy.chunks import Chunk, ChunkExecutor
from afil_policy.deploy.command_loop import CommandLoop
from afil_policy.deploy.observations import (
    RESTART_PERIODS,
    ObservationBuffer,
    Observations,
    Snapshot,
)
from afil_policy.deploy.status import ControlStatus, Tally
from afil_policy.deploy.watchdog import Watchdog


class Policy(Protocol):
    """Anything that decides: a trained policy, or a scripted one in a test."""

    @property
    def streams(self) -> tuple[str, ...]:
        """Names of the observations that it looks at."""
        ...

    @property
    def frames(self) -> int:
        """Ticks that it sees at once."""
        ...

    def act(self, history: Sequence[Observations]) -> NDArray[np.float64]:
        """The next actions, float64 [H, D], in the contract's units.

        Args:
            history: Values by stream of the last ticks, the newest last.

        Raises:
            AfilError: When it cannot decide.
        """
        ...


class PolicyController:
    """Answers each tick once, and stops the robot when there is nothing to answer.

    Args:
        policy: What decides.
        contract: The robot's contract.
        adapter: Adapter of the chosen command interface.
        watchdog_timeout_s: Wall time without a command after which the robot is stopped.
        wall_s: Steady clock, seconds.
    """

    def __init__(
        self,
        policy: Policy,
        contract: Contract,
        adapter: Adapter,
        *,
        watchdog_timeout_s: float = 0.5,
        wall_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._policy = policy
        self._wall_s = wall_s
        self._loop = CommandLoop(contract, adapter)
        streams = {*policy.streams, *adapter.streams}
        self._observations = ObservationBuffer(
            contract, streams, frames=policy.frames, wall_s=wall_s
        )
        self._executor = ChunkExecutor(contract.period_ns)
        self._watchdog = Watchdog(watchdog_timeout_s)
        self._tally = Tally()
        self._inferences = 0
        self._longest_ns = RESTART_PERIODS * contract.period_ns
        self._last_stamp_ns: int | None = None

    @property
    def streams(self) -> tuple[str, ...]:
        """Names of the streams whose messages are wanted."""
        return self._observations.streams

    @property
    def problem(self) -> str | None:
        """The reason of the last refusal, if nothing was commanded since."""
        return self._tally.problem

    @property
    def status(self) -> ControlStatus:
        """What the loop has done so far."""
        return self._tally.status(clipped=self._loop.clipped, dropped=self._executor.dropped)

    def receive(self, stream: str, cdr: bytes, now_ns: int) -> None:
        """Take one message of an observation stream.

        Args:
            stream: Name of the stream.
            cdr: The serialized message.
            now_ns: The node's clock.
        """
        problem = self._observations.receive(stream, cdr, now_ns)
        if problem is not None:
            self._tally.refused(problem)

    def poll(self, now_ns: int) -> list[Outgoing]:
        """The commands that are due, in the order in which they must be published.

        Args:
            now_ns: The node's clock.
        """
        snapshot, problems = self._observations.poll(now_ns)
        for problem in problems:
            self._tally.refused(problem)
        commands = [] if snapshot is None else self._answer(snapshot, now_ns)
        if commands:
            self._watchdog.feed(self._wall_s())
        elif self._watchdog.expired(self._wall_s()):
            self._tally.stops += 1
            reason = self._tally.problem or "no new frame"
            self._tally.refused(f"no command for too long ({reason})")
            return self.rest(now_ns)
        return commands

    def rest(self, now_ns: int) -> list[Outgoing]:
        """Commands that bring the robot to rest, from fresh measurements only.

        Args:
            now_ns: The node's clock; the stamp of the command.
        """
        self._watchdog.rest()
        return self._loop.rest(self._observations.fresh(self._loop.streams), now_ns)

    def reset(self) -> None:
        """Forget buffers and targets: what comes next has nothing to do with what was."""
        self._observations.reset()
        self._watchdog.rest()
        self._restart()

    def _answer(self, snapshot: Snapshot, now_ns: int) -> list[Outgoing]:
        stamp_ns = snapshot.stamp_ns
        try:
            age_s = self._loop.require_recent(stamp_ns, now_ns)
            self._restart_after_gap(stamp_ns)
            self._executor.take(self._infer(snapshot))
            action = self._executor.action_at(stamp_ns)
            if action is None:
                raise AfilError("the policy has no action for the present")
            commands = self._loop.step(action, snapshot.observations, stamp_ns, now_ns)
        except AfilError as error:
            self._tally.refused(str(error))
            return []
        self._last_stamp_ns = stamp_ns
        self._tally.commanded(age_s, self._wall_s() - snapshot.arrived_s)
        return commands

    def _infer(self, snapshot: Snapshot) -> Chunk:
        number = self._inferences
        self._inferences += 1
        return Chunk(number, snapshot.stamp_ns, self._policy.act(snapshot.history))

    def _restart_after_gap(self, stamp_ns: int) -> None:
        last_ns, self._last_stamp_ns = self._last_stamp_ns, None
        if last_ns is None or not 0 < stamp_ns - last_ns <= self._longest_ns:
            self._restart()

    def _restart(self) -> None:
        self._executor.reset(self._inferences)
        self._loop.restart()
