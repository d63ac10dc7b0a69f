"""A loaded policy on a robot's topics: what is sent, in which order, and what is said of it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from afil_core.contract import Contract
from afil_core.supervision.heartbeat import Heartbeat
from afil_core.testing import HOME, PERIOD_NS, FrankaOnPaper, changed
from afil_policy.deploy.adapters import Goal, Outgoing
from afil_policy.deploy.deployment import Deployment
from afil_policy.deploy.parameters import PolicyParameters
from afil_policy.training.config import TrainConfig


class Links:
    """Topics that lead nowhere; a command can be held up on its way."""

    def __init__(self) -> None:
        self.takes: dict[str, Callable[[bytes], None]] = {}
        self.sent: list[Outgoing | Goal] = []
        self.is_sending, self.may_send = threading.Event(), threading.Event()
        self.may_send.set()
        self.refused = 0

    def listen(self, topic: str, type_: str, qos: Any, take: Callable[[bytes], None]) -> None:
        self.takes[topic] = take

    def offer(self, commands: Any, create: Any) -> None:
        pass

    def send(self, commands: Iterable[Outgoing | Goal]) -> list[str]:
        given = list(commands)
        if given and threading.current_thread().name == "commands":
            self.is_sending.set()
            self.may_send.wait(10)
        self.sent += given
        goals = [c for c in given if isinstance(c, Goal)]
        if goals and self.refused:
            self.refused -= 1
            return [f"action {goals[0].topic} has no server"]
        return []

    def finish(self) -> None:
        pass

    def close(self) -> None:
        pass


class Bench:
    """A deployed policy that answers each frame, in front of a robot on paper."""

    def __init__(
        self, contract: Contract, checkpoint: Path, *, simulated: bool = True, **given: Any
    ) -> None:
        self.links, self.warnings = Links(), list[str]()
        self.beats: list[Heartbeat] = []
        self._contract, self._paper = contract, FrankaOnPaper(contract)
        self.deployment = Deployment(
            PolicyParameters(
                **{"pacing": "frame", "guards": "none", "priority": 0, **given},
                watchdog_timeout_s=60.0,
            ),
            contract,
            checkpoint,
            links=self.links,  # type: ignore[arg-type]
            now_ns=time.time_ns,
            say=lambda text: None,
            warn=self.warnings.append,
            simulated=simulated,
        )
        self.deployment.open(lambda *_: None)
        self.deployment.begin(
            beat=self.beats.append, propose=lambda cdr: None, failed=lambda error: None
        )

    def frame(self, without: tuple[str, ...] = ()) -> None:
        for name, cdr in self._paper.observations(time.time_ns(), {}, without).items():
            take = self.links.takes.get(self._contract.stream(name).topic)
            if take is not None:
                take(cdr)

    def answer(self) -> None:
        """Send a frame, and wait for what answers it."""
        count = len(self.places()) + 1
        # A tick is a control period after the last one.
        time.sleep(PERIOD_NS / 1e9)
        self.frame()
        self.wait(lambda: len(self.places()) == count)

    def wait(self, condition: Callable[[], bool]) -> None:
        end_s = time.monotonic() + 30
        while not condition():
            assert time.monotonic() < end_s
            time.sleep(0.01)

    def places(self) -> list[Any]:
        pose = self._contract.commands["pose"]
        return [
            pose.decode(c.cdr).value
            for c in self.links.sent
            if isinstance(c, Outgoing) and c.topic == pose.topic
        ]


@pytest.fixture(scope="module")
def patient(contract: Contract) -> Contract:
    """The contract of an arm whose data stay fresh for as long as a busy machine may take."""
    return changed(
        contract, {f"observations.{s.name}.max_age_s": 30.0 for s in contract.observations}
    )


@pytest.fixture
def bench(
    patient: Contract,
    tmp_path: Path,
    write_checkpoint: Callable[..., Path],
    small: TrainConfig,
) -> Iterator[Callable[..., Bench]]:
    """Function that deploys an untrained policy."""
    made: list[Bench] = []
    checkpoint = write_checkpoint(tmp_path / "checkpoint", small, patient)

    def make(**given: Any) -> Bench:
        made.append(Bench(patient, checkpoint, **given))
        return made[-1]

    yield make
    for one in made:
        one.links.may_send.set()
        one.deployment.close()


def test_no_command_that_was_made_before_a_reset_comes_after_its_rest(
    bench: Callable[..., Bench],
) -> None:
    robot = bench()
    robot.links.may_send.clear()
    robot.frame()
    assert robot.links.is_sending.wait(30)
    reset = threading.Thread(target=robot.deployment.reset)
    reset.start()
    time.sleep(0.2)
    robot.links.may_send.set()
    reset.join(30)
    step, rest = robot.places()
    assert not np.array_equal(step, HOME)
    np.testing.assert_array_equal(rest, HOME)


def test_a_policy_that_commanded_nothing_sends_no_rest_to_who_has_the_robot(
    bench: Callable[..., Bench],
) -> None:
    robot = bench()
    robot.frame(without=("front_image",))
    robot.deployment.rest()
    assert robot.links.sent == []


def test_who_looks_on_is_not_taken_for_who_commands(bench: Callable[..., Bench]) -> None:
    robot = bench(shadow=True)
    robot.frame()
    robot.wait(lambda: robot.deployment.status.commands == 1)
    before = len(robot.beats)
    robot.wait(lambda: len(robot.beats) > before + 2)
    assert not any(beat.is_commanding for beat in robot.beats)
    assert robot.links.sent == []


def test_what_it_is_deployed_without_is_told(
    bench: Callable[..., Bench], monkeypatch: pytest.MonkeyPatch
) -> None:
    robot = bench(simulated=False)
    told = robot.deployment.safeguards
    assert told == {"guards": "none", "real-time priority": "not asked for"}
    assert "no guard is on" in robot.warnings[0]
    monkeypatch.setattr("afil_policy.deploy.deployment.rise", lambda *_, **__: "not permitted")
    robot = bench(pacing="steady", priority=20, guards="operator")
    robot.wait(lambda: robot.deployment.safeguards["real-time priority"] == "not permitted")
    assert robot.deployment.safeguards["guards"] == "SoleCommander, OperatorEnable"
    assert not robot.warnings


def test_a_gripper_without_a_server_is_a_problem_and_gets_its_goal_when_there_is_one(
    bench: Callable[..., Bench],
) -> None:
    robot = bench(command_interface="pose_hand")
    robot.links.refused = 2
    problems = []
    for warned in (1, 2, 2, 2):
        robot.answer()
        robot.wait(lambda: len(robot.warnings) == warned)  # noqa: B023
        problems.append("has no server" in (robot.deployment.problem or ""))
    assert problems == [True, True, False, False]
    assert sum(isinstance(c, Goal) for c in robot.links.sent) == 3
