"""The deployed system's path, driven by a bag instead of a robot."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from afil_core.bags import read_bag
from afil_core.contract import Contract
from afil_core.episodes import Episode
from afil_policy.deploy.adapters import build_adapter
from afil_policy.deploy.controller import PolicyController
from afil_policy.deploy.execution import ChunkExecution
from afil_policy.deploy.inference import Answer, Inference, Policy, Request
from afil_policy.deploy.latency import LatencySummary
from afil_policy.deploy.observations import Observations


@dataclass
class Replayed:
    """What came of one episode.

    Attributes:
        path: The episode.
        dimensions: Names of the action's numbers.
        errors: Distance between the decided and the demonstrated action of each step, in the
            contract's units, float64 [N, D]; before limits, of the chunk's first action.
        commands: Ticks that were answered.
        steps: Steps of the demonstration.
        same: Steps whose observations are those that training reads, bit for bit.
        furthest: Largest difference between what the policy decides in the deployed path and
            from training's observations of the same steps.
        refused: Why ticks were not answered, with counts.
        latency: Percentiles of each stage.
    """

    path: Path
    dimensions: tuple[str, ...]
    errors: list[NDArray[np.float64]] = field(default_factory=list)
    commands: int = 0
    steps: int = 0
    same: int = 0
    furthest: float = 0.0
    refused: dict[str, int] = field(default_factory=dict)
    latency: dict[str, LatencySummary | None] = field(default_factory=dict)

    @property
    def is_same(self) -> bool:
        """Whether the deployed path is training's, step for step."""
        return self.steps > 0 and self.same == self.steps and self.furthest == 0.0


class _Kept(Inference):
    """Runs the policy in the same thread and keeps what was asked and answered."""

    def __init__(self, policy: Policy) -> None:
        super().__init__(policy)
        self.answers: dict[int, Answer] = {}

    def open(self, deliver: Callable[[Answer], None]) -> None:
        """Keep each answer on its way."""

        def keep(answer: Answer) -> None:
            self.answers[answer.request.snapshot.stamp_ns] = answer
            deliver(answer)

        super().open(keep)


def replay(
    episode: Episode,
    policy: Policy,
    *,
    interface: str = "",
    execution: Callable[[Contract], ChunkExecution] | None = None,
) -> Replayed:
    """Run the deployed path on an episode: buffer, policy, chunks, limits, adapter.

    Messages come in the bag's order at their log times; nothing is sent. Guards, which listen to
    what a bag need not have, are left out.

    Args:
        episode: The episode.
        policy: What decides.
        interface: Command interface; the contract's default by default.
        execution: Makes the execution of chunks; the newest counts by default.

    Raises:
        AfilError: When the bag is damaged, or nothing can be commanded with its contract.
    """
    contract = episode.contract
    inference = _Kept(policy)
    controller = PolicyController(
        policy,
        contract,
        build_adapter(contract, interface),
        inference=inference,
        execution=None if execution is None else execution(contract),
        watchdog_timeout_s=float("inf"),
    )
    action = contract.require_action()
    found = Replayed(episode.path, tuple(d.name for d in action.dimensions))
    names = {s.topic: s.name for s in map(contract.stream, controller.streams)}
    last_ns = 0
    for topic, log_time_ns, cdr in read_bag(episode.path, names):
        refusals = controller.status.refusals
        controller.receive(names[topic], cdr, log_time_ns)
        controller.poll(log_time_ns)
        _count(controller, found, refusals)
        last_ns = log_time_ns
    # At the end of a bag nothing more comes: the ticks that wait are taken as they are.
    controller.poll(last_ns + contract.period_ns)
    found.commands = controller.status.commands
    found.latency = controller.latencies()
    _compare(episode, policy, inference.answers, found)
    return found


def _count(controller: PolicyController, found: Replayed, before: int) -> None:
    if controller.status.refusals > before:
        cause = (controller.problem or "").split(":")[0]
        found.refused[cause] = found.refused.get(cause, 0) + controller.status.refusals - before


def _compare(
    episode: Episode, policy: Policy, answers: dict[int, Answer], found: Replayed
) -> None:
    """Hold each answer against what training reads of the same step."""
    for step in episode.steps(policy.streams):
        found.steps += 1
        answer = answers.get(step.stamp_ns)
        if answer is None or answer.actions is None:
            continue
        found.errors.append(np.abs(answer.actions[0] - step.action))
        seen = answer.request.snapshot.observations
        same = all(np.array_equal(seen[name], step.observations[name]) for name in policy.streams)
        found.same += same
        again = policy.act(_history(answer.request, step.observations))
        found.furthest = max(found.furthest, float(np.abs(again - answer.actions).max()))


def _history(request: Request, newest: Observations) -> list[Observations]:
    return [*request.snapshot.history[:-1], newest]


def worst(errors: list[NDArray[np.float64]]) -> Iterator[tuple[float, float, float]]:
    """Mean, 95th percentile and maximum of each number's error."""
    for column in np.stack(errors).T:
        yield float(column.mean()), float(np.percentile(column, 95)), float(column.max())
