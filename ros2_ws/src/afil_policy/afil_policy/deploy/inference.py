"""The policy in a thread of its own: the newest tick in, a numbered chunk out."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from afil_core.errors import AfilError
from afil_policy.deploy.observations import Observations, Snapshot


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

        One that can go on from given actions has a second argument for them, float64 [N, D].

        Args:
            history: Values by stream of the last ticks, the newest last.

        Raises:
            AfilError: When it cannot decide.
        """
        ...


@dataclass(frozen=True)
class Request:
    """One inference to make.

    Attributes:
        number: Counts the inferences.
        snapshot: The tick to look at.
        prefix: Actions with which the chunk has to begin, float64 [N, D].
    """

    number: int
    snapshot: Snapshot
    prefix: NDArray[np.float64] | None = None


@dataclass(frozen=True)
class Answer:
    """What an inference brought.

    Attributes:
        request: The inference.
        actions: float64 [H, D] in the contract's units; None where it failed.
        problem: Why it failed; empty where it did not.
        begun_s: When it began, on the steady clock.
        ended_s: When it ended.
        prepare_s: How long of that the inputs were prepared, where the policy says so.
    """

    request: Request
    actions: NDArray[np.float64] | None
    problem: str
    begun_s: float
    ended_s: float
    prepare_s: float = 0.0


class Inference:
    """Runs the policy in the thread that asks for it.

    Args:
        policy: What decides.
        wall_s: Steady clock, seconds.

    Attributes:
        overtaken: Requests that were dropped for a newer one.
    """

    def __init__(self, policy: Policy, *, wall_s: Callable[[], float] = time.monotonic) -> None:
        self._policy = policy
        self._wall_s = wall_s
        self._deliver: Callable[[Answer], None] = lambda answer: None
        self._busy_since_s: float | None = None
        self.overtaken = 0

    def open(self, deliver: Callable[[Answer], None]) -> None:
        """Begin to answer.

        Args:
            deliver: Is given each answer, in the thread that found it.
        """
        self._deliver = deliver

    def close(self) -> None:
        """Answer no more."""

    def submit(self, request: Request) -> None:
        """Ask for an inference; a request that still waits is dropped for it."""
        self._run(request)

    def busy_s(self, now_s: float) -> float:
        """For how long the inference runs that runs now, s; 0 where none does."""
        since_s = self._busy_since_s
        return 0.0 if since_s is None else now_s - since_s

    def _run(self, request: Request) -> None:
        begun_s = self._busy_since_s = self._wall_s()
        actions, problem = None, ""
        try:
            history = request.snapshot.history
            given = () if request.prefix is None else (request.prefix,)
            actions = self._policy.act(history, *given)
        except AfilError as error:
            problem = str(error)
        except Exception as error:  # noqa: BLE001 (a thread that dies would be a policy that hangs)
            problem = f"the policy failed ({type(error).__name__}: {error})"
        self._busy_since_s = None
        prepare_s = float(getattr(self._policy, "prepare_s", 0.0))
        self._deliver(Answer(request, actions, problem, begun_s, self._wall_s(), prepare_s))


class InferenceThread(Inference):
    """Runs the policy in a thread of its own, beside the execution of the last chunk.

    Args:
        policy: What decides.
        wall_s: Steady clock, seconds.
        begin: The first thing that the thread does.
    """

    def __init__(
        self,
        policy: Policy,
        *,
        wall_s: Callable[[], float] = time.monotonic,
        begin: Callable[[], object] = lambda: None,
    ) -> None:
        super().__init__(policy, wall_s=wall_s)
        self._begin = begin
        self._changed = threading.Condition()
        self._next: Request | None = None
        self._is_open = False

    def open(self, deliver: Callable[[Answer], None]) -> None:
        """Start the thread."""
        super().open(deliver)
        self._is_open = True
        # A forward pass that hangs must not keep the process from ending.
        threading.Thread(target=self._work, name="inference", daemon=True).start()

    def close(self) -> None:
        """Let the thread end, after the inference that runs; it is not waited for."""
        with self._changed:
            self._is_open = False
            self._changed.notify()

    def submit(self, request: Request) -> None:
        """Ask for an inference; a request that still waits is dropped and counted."""
        with self._changed:
            self.overtaken += self._next is not None
            self._next = request
            self._changed.notify()

    def _work(self) -> None:
        self._begin()
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._next is not None or not self._is_open)
                if not self._is_open:
                    return
                request, self._next = self._next, None
            assert request is not None
            self._run(request)
