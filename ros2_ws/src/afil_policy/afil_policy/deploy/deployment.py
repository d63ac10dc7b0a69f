"""A loaded policy on its robot's topics: who hears what, and which thread does what.

The policy node owns one from configure to cleanup. It knows no ROS but what it is given.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from afil_core.contract import Contract
from afil_core.supervision.heartbeat import Heartbeat
from afil_policy.deploy.adapters import Goal, Outgoing
from afil_policy.deploy.assemble import assemble
from afil_policy.deploy.command_thread import CommandThread
from afil_policy.deploy.connections import Connections
from afil_policy.deploy.guards.base import Guard
from afil_policy.deploy.guards.build import build_guards
from afil_policy.deploy.parameters import PolicyParameters
from afil_policy.deploy.priority import fall, keep_loaded, rise
from afil_policy.deploy.proposal import encode_proposal
from afil_policy.deploy.runner import PolicyRunner, use_threads
from afil_policy.deploy.shadow import Agreement
from afil_policy.deploy.status import ControlStatus

# A command that takes longer to be sent hangs.
_PATIENCE_S = 1.0


class Deployment:
    """The parts of a deployed policy, wired.

    Args:
        given: The node's parameters.
        contract: The robot's contract, in the node's namespace.
        folder: The checkpoint's folder.
        links: Makes subscriptions and publishers.
        now_ns: The node's clock.
        say: Says something to the user.
        warn: Says that something is wrong.
        simulated: Whether the node follows simulated time.

    Raises:
        AfilError: When checkpoint, contract and options don't fit together.

    Attributes:
        agreement: In shadow mode, compares the policy with the demonstrator.
    """

    def __init__(
        self,
        given: PolicyParameters,
        contract: Contract,
        folder: Path,
        *,
        links: Connections,
        now_ns: Callable[[], int],
        say: Callable[[str], None],
        warn: Callable[[str], None],
        simulated: bool,
    ) -> None:
        self._given, self._contract, self._links = given, contract, links
        self._now_ns, self._say, self._warn = now_ns, say, warn
        self.folder = folder
        timeout_s = given.heartbeat_timeout_s if given.require_watchdog else None
        self.guards = build_guards(contract, given.guards, watchdog_timeout_s=timeout_s)
        if not (self.guards or simulated or given.shadow):
            warn("no guard is on: nothing but the contract's limits stops what the policy decides")
        use_threads(given.threads)
        runner = PolicyRunner(folder, contract, device=given.device)
        say(f"loaded {folder}, {1000 * runner.warm_up():.1f} ms per action")
        self.controller, pacing = assemble(
            given, contract, runner, self.guards, simulated=simulated
        )
        self._period_s = contract.period_ns / 1e9 if pacing.is_steady else None
        if not pacing.is_steady:
            # Who waits for a frame's answer gets it when it is there, not at the next heartbeat.
            self.controller.answered = self._wake
        # A simulator that waits for its answer needs nobody to hurry.
        self._priority = given.priority if pacing.is_steady else 0
        keep_loaded()
        self._rank = "yes" if self._priority else "not asked for"
        self._thread: CommandThread | None = None
        self._sending = threading.Lock()
        self._propose: Callable[[bytes], None] = lambda cdr: None
        self.agreement = Agreement(contract) if given.shadow else None

    @property
    def is_active(self) -> bool:
        """Whether the command loop runs."""
        return self._thread is not None

    @property
    def is_shadow(self) -> bool:
        """Whether it looks on and commands nothing."""
        return self._given.shadow

    @property
    def safeguards(self) -> dict[str, str]:
        """What it is deployed with and without, by name, for people who look into it."""
        names = ", ".join(type(guard).__name__ for guard in self.guards)
        return {"guards": names or "none", "real-time priority": self._rank}

    @property
    def status(self) -> ControlStatus:
        """What the loop has done so far."""
        return self.controller.status

    @property
    def problem(self) -> str | None:
        """Why nothing is commanded, while the loop runs."""
        return self.controller.problem if self.is_active else None

    def open(self, create: Callable[..., Any]) -> None:
        """Make subscriptions and publishers.

        Args:
            create: Makes the publisher of a command.
        """
        for stream in map(self._contract.stream, self.controller.streams):
            take = partial(self._receive, stream.name)
            self._links.listen(stream.topic, stream.type, stream.qos, take)
        for guard in self.guards:
            for topic in guard.topics:
                hear = partial(self._guard_hears, guard, topic.name)
                self._links.listen(topic.name, topic.type, topic.qos, hear)
        if self.agreement is not None:
            for command in self.agreement.commands:
                note = partial(self._human_commands, command.topic)
                self._links.listen(command.topic, command.type, command.qos, note)
            return
        # Publishers last: who sees them may count on an answer.
        self._links.offer(self._contract.interface(self._given.command_interface), create)

    def begin(
        self,
        *,
        beat: Callable[[Heartbeat], None],
        propose: Callable[[bytes], None],
        failed: Callable[[Exception], None],
    ) -> None:
        """Start the command loop.

        Args:
            beat: Sends a heartbeat.
            propose: Sends a decision (``afil_interfaces/msg/ProposedAction``).
            failed: Is told what ended the loop, should anything do so; the robot rests then.
        """

        def ended(error: Exception) -> None:
            with self._alone():
                self._send(self.controller.rest(self._now_ns()))
            failed(error)

        def live(heartbeat: Heartbeat) -> None:
            # Who looks on moves nothing, and no watchdog may rest the robot in its place.
            moves = heartbeat.is_commanding and not self.is_shadow
            beat(heartbeat._replace(is_commanding=moves))

        self.controller.reset()
        self._propose = propose
        self._thread = CommandThread(
            self.controller,
            step=self._step,
            watch=self._watch,
            beat=live,
            failed=ended,
            period_s=self._period_s,
            begin=self._rise,
        )
        # This thread and the middleware bring the messages, and stand behind who commands.
        rise(self._priority, steps_back=1, with_others=True)
        self._thread.start()

    def collect(self) -> None:
        """Look for a tick whose streams came late; the executor's thread does so on a timer."""
        if self._thread is not None and self.controller.collect(self._now_ns()):
            self._wake()

    def look(self) -> None:
        """Tell the guards who else commands the robot."""
        if self.guards and self.is_active:
            others = self._links.others()
            for guard in self.guards:
                guard.look(others)

    def rest(self) -> None:
        """End the command loop, and bring the robot to rest if it was commanded."""
        if self._thread is None:
            return
        self._thread.stop()
        with self._alone():
            self._send(self.controller.rest(self._now_ns()))
        # The watchdog need not find out that this is an end which was asked for.
        self._thread.rested()
        # Only now: a rest that failed is tried again.
        self._thread = None
        fall()
        self._links.finish()

    def reset(self) -> None:
        """Bring the robot to rest and start anew from what is measured."""
        # A reset rests the watchdog: a robot that still moves would be left alone with it.
        with self._alone():
            self._send(self.controller.rest(self._now_ns()))
            self.controller.reset()

    def close(self) -> None:
        """End the threads and take the topics back."""
        self.rest()
        self.controller.close()
        self._links.close()

    def _wake(self) -> None:
        thread = self._thread
        if thread is not None:
            thread.wake()

    def _rise(self) -> None:
        problem = rise(self._priority)
        if problem is not None:
            self._rank = problem
            self._say(problem)

    def _receive(self, stream: str, cdr: bytes) -> None:
        if self._thread is not None:
            self.controller.receive(stream, cdr, self._now_ns())
            self.collect()

    def _guard_hears(self, guard: Guard, topic: str, cdr: bytes) -> None:
        guard.receive(topic, cdr, time.monotonic())

    def _human_commands(self, topic: str, cdr: bytes) -> None:
        if self.agreement is not None:
            self.agreement.receive(topic, cdr, self._now_ns())

    def _step(self) -> None:
        """One cycle of the command loop, in its thread."""
        began_s = time.monotonic()
        with self._alone():
            self._send(self.controller.step(self._now_ns()))
        self.controller.published(began_s)
        proposed = self.controller.proposed()
        if proposed is not None:
            sent = not self._given.shadow
            self._propose(encode_proposal(self._contract, *proposed, sent=sent))
            if self.agreement is not None:
                self.agreement.proposed(*proposed)

    def _watch(self) -> None:
        """Between two cycles, in the same thread."""
        with self._alone():
            self._send(self.controller.watch(self._now_ns()))

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """No command that was made before is sent after those of the block, but one that hangs."""
        held = self._sending.acquire(timeout=_PATIENCE_S)
        try:
            yield
        finally:
            if held:
                self._sending.release()

    def _send(self, commands: Iterable[Outgoing | Goal]) -> None:
        if self._given.shadow:
            return
        for problem in self._links.send(commands):
            self.controller.unsent(problem)
            self._warn(problem)
