"""The policy's control loop: messages in, commands out, and a reason whenever there are none.

Its methods belong to three threads. :meth:`PolicyController.receive` is the executor's, which
brings messages; the policy decides in the inference's; :meth:`PolicyController.step` is the
command loop's. One lock is held for what they share, and for no longer than it takes to look at
it: neither a picture is decoded nor a network run under it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

import numpy as np

from afil_core.contract import Contract
from afil_core.errors import AfilError
from afil_policy.deploy.adapters import Adapter, Goal, Outgoing
from afil_policy.deploy.chunks import Chunk
from afil_policy.deploy.command_loop import CommandLoop
from afil_policy.deploy.execution import ChunkExecution
from afil_policy.deploy.execution.receding import RecedingHorizon
from afil_policy.deploy.guards import Guard
from afil_policy.deploy.inference import Answer, Inference, Policy, Request
from afil_policy.deploy.latency import LatencySummary
from afil_policy.deploy.observations import RESTART_PERIODS, ObservationBuffer, Snapshot
from afil_policy.deploy.pacing import Due, FramePacing, Pacing
from afil_policy.deploy.status import ControlStatus, Tally
from afil_policy.deploy.stop_conditions import StopConditions


class PolicyController:
    """Commands what the policy decides, and stops the robot when there is nothing to command.

    Args:
        policy: What decides.
        contract: The robot's contract.
        adapter: Adapter of the chosen command interface.
        inference: Runs the policy; in the calling thread by default.
        execution: How its chunks are executed; the newest counts by default.
        pacing: When a command is due; once for each tick by default.
        guards: What may forbid to command.
        watchdog_timeout_s: Wall time after which the robot is stopped: without a new tick,
            without a command, in one inference.
        frozen_image_s: Wall time after which a picture that stays the same is a frozen camera;
            0 for never.
        watches_clock: Whether the node's clock must go as the steady clock does.
        wall_s: Steady clock, seconds.

    Attributes:
        answered: Is called, in the thread of the inference, when one has ended: there may be
            something to command.
    """

    def __init__(
        self,
        policy: Policy,
        contract: Contract,
        adapter: Adapter,
        *,
        inference: Inference | None = None,
        execution: ChunkExecution | None = None,
        pacing: Pacing | None = None,
        guards: Sequence[Guard] = (),
        watchdog_timeout_s: float = 0.5,
        frozen_image_s: float = 0.0,
        watches_clock: bool = False,
        wall_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._wall_s = wall_s
        self._lock = threading.RLock()
        self._loop = CommandLoop(contract, adapter)
        self._observations = ObservationBuffer(
            contract,
            {*policy.streams, *adapter.streams},
            frames=policy.frames,
            frozen_image_s=frozen_image_s,
            wall_s=wall_s,
        )
        self._pacing = pacing or FramePacing()
        self._execution = execution or RecedingHorizon(
            RecedingHorizon.Config(), contract.period_ns, self._pacing.grace
        )
        self._inference = inference or Inference(policy, wall_s=wall_s)
        self._conditions = StopConditions(
            self._inference,
            guards,
            watchdog_timeout_s,
            watches_clock=watches_clock,
            needs_ticks=self._pacing.is_steady,
        )
        self._tally = Tally()
        self._inferences = 0
        self._period_s = contract.period_ns / 1e9
        self._longest_ns = RESTART_PERIODS * contract.period_ns
        self._last_stamp_ns: int | None = None
        self._last_action: Due | None = None
        self.is_moving = self._has_commanded = False
        self.answered: Callable[[], None] = lambda: None
        self._inference.open(self._decided)

    @property
    def streams(self) -> tuple[str, ...]:
        """Names of the streams whose messages are wanted."""
        return self._observations.streams

    @property
    def problem(self) -> str | None:
        """The reason of the last refusal, if nothing was commanded since."""
        return self._tally.problem

    @property
    def stops(self) -> int:
        """Times that the robot was stopped because something failed."""
        return self._tally.stops

    @property
    def status(self) -> ControlStatus:
        """What the loop has done so far."""
        with self._lock:
            return self._tally.status(
                clipped=self._loop.clipped,
                dropped=self._execution.dropped + self._inference.overtaken,
                late=self._execution.late,
            )

    def encode_latency(self, now_ns: int) -> bytes:
        """CDR bytes of ``afil_interfaces/msg/PolicyLatency``."""
        with self._lock:
            dropped = self._execution.dropped + self._inference.overtaken
            late = self._execution.late
        return self._tally.stages.encode(now_ns, late=late, dropped=dropped)

    def latencies(self) -> dict[str, LatencySummary | None]:
        """Percentiles of each stage between an observation and its command."""
        return self._tally.stages.summaries()

    def receive(self, stream: str, cdr: bytes, now_ns: int) -> None:
        """Take one message of an observation stream.

        Args:
            stream: Name of the stream.
            cdr: The serialized message.
            now_ns: The node's clock.
        """
        problem = self._observations.receive(stream, cdr, now_ns)
        if problem is not None:
            self._refused(problem)
        self._conditions.frozen = self._observations.frozen

    def collect(self, now_ns: int) -> bool:
        """Look for a tick that is complete, and have the policy decide on it.

        Args:
            now_ns: The node's clock.

        Returns:
            Whether there is a new tick.
        """
        snapshot, problems = self._observations.poll(now_ns)
        for problem in problems:
            self._refused(problem)
        if snapshot is None:
            return False
        try:
            self._loop.require_recent(snapshot.stamp_ns, now_ns)
        except AfilError as error:
            self._refused(str(error))
            return False
        with self._lock:
            self._conditions.tick(snapshot.arrived_s)
            self._restart_after_gap(snapshot.stamp_ns)
            self._pacing.tick(snapshot)
            request = self._request(snapshot)
        if request is not None:
            self._inference.submit(request)
        return True

    def step(self, now_ns: int) -> Sequence[Outgoing | Goal]:
        """The commands that are due, in the order in which they must be published.

        Args:
            now_ns: The node's clock.
        """
        with self._lock:
            now_s = self._wall_s()
            reason = self._conditions.reason(now_ns, now_s, self._tally.problem)
            if reason is not None:
                return self._stop(reason, now_ns)
            try:
                return self._command(now_ns, now_s)
            except AfilError as error:
                self._last_stamp_ns = None
                self._tally.refused(str(error))
                return self._loop.hold(now_ns) if self.is_moving else []

    def watch(self, now_ns: int) -> Sequence[Outgoing | Goal]:
        """What brings the robot to rest, where something says that it must stop; nothing else.

        Args:
            now_ns: The node's clock.
        """
        with self._lock:
            if not self.is_moving:
                return []
            reason = self._conditions.reason(now_ns, self._wall_s(), self._tally.problem)
            return [] if reason is None else self._stop(reason, now_ns)

    def poll(self, now_ns: int) -> Sequence[Outgoing | Goal]:
        """:meth:`collect` and :meth:`step`, where one thread does everything."""
        self.collect(now_ns)
        return self.step(now_ns)

    def cycle_began(self, late_s: float) -> None:
        """A cycle of a loop at a steady rate began so much after its time, s."""
        self._tally.stages.add(lateness=late_s)
        if late_s > self._period_s / 2 and self.is_moving:
            self._tally.stages.misses += 1

    def published(self, began_s: float) -> None:
        """The commands of a cycle that began at a time of the steady clock are sent."""
        now_s = self._wall_s()
        with self._lock:
            due, self._last_action = self._last_action, None
        if due is not None:
            tick = due.snapshot
            tick_ns, arrived_s = (None, now_s) if tick is None else (tick.stamp_ns, tick.arrived_s)
            self._tally.stages.sent(now_s - began_s, tick_ns, now_s - arrived_s)

    def unsent(self, problem: str) -> None:
        """A goal could not be sent, as a sentence; it is tried again with the next command."""
        with self._lock:
            self._loop.unsent()
            self._tally.refused(problem)

    def proposed(self) -> tuple[int, list[float]] | None:
        """Stamp and values of the limited action that was decided on last, if it is new."""
        with self._lock:
            return self._loop.proposed()

    def rest(self, now_ns: int) -> Sequence[Outgoing | Goal]:
        """Commands that bring the robot to rest, from fresh measurements only.

        None where nothing was commanded since a reset: somebody else may have the robot.

        Args:
            now_ns: The node's clock; the stamp of the command.
        """
        with self._lock:
            self._conditions.rested()
            self.is_moving = False
            self._last_stamp_ns = None
            # What was decided before is not for the robot as it is after a rest.
            self._execution.reset(self._inferences)
            if not self._has_commanded:
                return []
            return self._loop.rest(self._observations.fresh(self._loop.streams), now_ns)

    def reset(self) -> None:
        """Forget buffers and targets: what comes next has nothing to do with what was.

        Guards that latched let go.
        """
        with self._lock:
            self._observations.reset()
            self._conditions.reset()
            self._pacing.clear()
            self.is_moving = self._has_commanded = False
            self._last_stamp_ns = None
            self._restart()

    def close(self) -> None:
        """Let the inference's thread end."""
        self._inference.close()

    def _request(self, snapshot: Snapshot) -> Request | None:
        if not self._execution.wants(snapshot.stamp_ns):
            return None
        number = self._inferences
        self._inferences += 1
        return Request(number, snapshot, self._execution.prefix(snapshot.stamp_ns))

    def _decided(self, answer: Answer) -> None:
        snapshot = answer.request.snapshot
        with self._lock:
            self._tally.stages.decided(
                snapshot.stamp_ns,
                age=snapshot.age_s,
                queue=answer.begun_s - snapshot.complete_s,
                prepare=answer.prepare_s,
                inference=answer.ended_s - answer.begun_s - answer.prepare_s,
            )
            self._take(answer, snapshot)
        self.answered()

    def _take(self, answer: Answer, snapshot: Snapshot) -> None:
        if answer.actions is None or not len(answer.actions):
            self._execution.failed()
            self._last_stamp_ns = None
            self._tally.refused(answer.problem or "the policy decided on nothing")
            return
        actions = np.atleast_2d(answer.actions)
        chunk = Chunk(answer.request.number, snapshot.stamp_ns, actions)
        waited_ns = round((answer.ended_s - snapshot.arrived_s) * 1e9)
        # In lock-step simulated time stands still while the policy thinks.
        present_ns = snapshot.stamp_ns + (waited_ns if self._pacing.is_steady else 0)
        late = self._execution.late
        self._execution.take(chunk, present_ns)
        if self._execution.late > late and chunk.number + 1 == self._inferences:
            self._tally.refused(
                f"an inference took {waited_ns / 1e6:.0f} ms, longer than its {len(actions)} "
                f"actions last; deploy a policy with longer chunks, or a faster one"
            )

    def _stop(self, reason: str, now_ns: int) -> Sequence[Outgoing | Goal]:
        if not self.is_moving:
            self._tally.problem = reason
            return []
        self._tally.stops += 1
        self._tally.refused(reason)
        return self.rest(now_ns)

    def _command(self, now_ns: int, now_s: float) -> Sequence[Outgoing | Goal]:
        needed = self._loop.streams
        due = self._pacing.due(self._execution, lambda: self._observations.fresh(needed), now_ns)
        if due is None:
            if not (self._pacing.is_steady and self.is_moving):
                return []
            self._tally.stages.misses += 1
            return self._loop.hold(now_ns)
        if self._pacing.is_steady and not self._conditions.has_ticks:
            return []
        age_s = 0.0
        if due.snapshot is not None:
            age_s = self._loop.require_recent(due.snapshot.stamp_ns, now_ns)
        if self._last_stamp_ns is None:
            # Commands were interrupted: the target starts from what is measured.
            self._loop.restart()
        commands = self._loop.step(due.action, due.observations, due.stamp_ns, now_ns)
        self._last_stamp_ns = due.tick_ns
        self._last_action = due
        self.is_moving = self._has_commanded = True
        self._conditions.commanded(now_s)
        self._tally.commanded(
            age_s, None if due.snapshot is None else now_s - due.snapshot.arrived_s
        )
        return commands

    def _refused(self, problem: str) -> None:
        with self._lock:
            self._tally.refused(problem)

    def _restart_after_gap(self, stamp_ns: int) -> None:
        last_ns = self._last_stamp_ns
        if last_ns is None or not 0 < stamp_ns - last_ns <= self._longest_ns:
            self._last_stamp_ns = None
            if not self._pacing.is_steady:
                self._restart()

    def _restart(self) -> None:
        self._execution.reset(self._inferences)
        self._loop.restart()
