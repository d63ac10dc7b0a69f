"""The composed loop on a steady clock: commands at its rate, whatever policy and cameras do."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from afil_core.contract import Contract
from afil_core.testing import HOME, FrankaOnPaper
from afil_policy.deploy.adapters import build_adapter
from afil_policy.deploy.controller import PolicyController
from afil_policy.deploy.inference import Inference, Request
from afil_policy.deploy.pacing import SteadyPacing

STEP = np.array([0.01, 0.0, -0.02, 0.0, 0.0, 0.0, 0.06])


class Fixed:
    """Answers with a chunk of always the same action."""

    streams = ("front_image", "ee_pose", "gripper_width")
    frames = 1

    def __init__(self, horizon: int) -> None:
        self._chunk = np.stack([STEP] * horizon)

    def act(self, history: Any) -> NDArray[np.float64]:
        return self._chunk


class Slow(Inference):
    """An inference that is answered when the test says so."""

    def __init__(self, policy: Any) -> None:
        super().__init__(policy)
        self.requests: list[Request] = []

    def submit(self, request: Request) -> None:
        self.requests.append(request)

    def answer(self, which: int = -1) -> None:
        self._run(self.requests.pop(which))


class Steady:
    """A robot on paper whose command loop has a steady clock of its own."""

    def __init__(self, contract: Contract, policy: Fixed, **options: Any) -> None:
        self.paper = FrankaOnPaper(contract)
        self.now_s = 100.0
        self.contract = contract
        self.inference = Slow(policy)
        self.inference._wall_s = lambda: self.now_s
        self.controller = PolicyController(
            policy,
            contract,
            build_adapter(contract),
            inference=self.inference,
            pacing=SteadyPacing(contract.period_ns, ("ee_pose",)),
            watchdog_timeout_s=0.25,
            wall_s=lambda: self.now_s,
            **options,
        )

    def frame(self, pose: NDArray[np.float64] = HOME, late_s: float = 0.0) -> None:
        now_ns, stamp_ns = (round(s * 1e9) for s in (self.now_s, self.now_s - late_s))
        for name, cdr in self.paper.observations(stamp_ns, {"ee_pose": pose}).items():
            self.controller.receive(name, cdr, now_ns)
        self.controller.collect(now_ns)

    def arm(self, pose: NDArray[np.float64] = HOME) -> None:
        now_ns = round(self.now_s * 1e9)
        self.controller.receive(
            "ee_pose", self.contract.stream("ee_pose").encode(pose, now_ns), now_ns
        )

    def step(self, after_s: float = 0.1) -> list[NDArray[np.float64]]:
        self.now_s += after_s
        sent = self.controller.step(round(self.now_s * 1e9))
        target = self.contract.commands["pose"]
        return [target.decode(c.cdr).value for c in sent if c.topic == target.topic]


def test_the_loop_goes_on_at_its_rate_while_the_policy_thinks_for_three_periods(
    contract: Contract,
) -> None:
    robot = Steady(contract, Fixed(8))
    robot.frame()
    robot.inference.answer()
    sent = []
    for k in range(6):
        # It is asked for the newest frame; the answers are 3 periods late.
        if k % 3 == 2:
            robot.inference.answer(0)
        sent.append(robot.step()[0][2])
        robot.frame()
    np.testing.assert_allclose(np.diff(sent), -0.02, atol=1e-12)
    assert robot.controller.status.misses == 0


def test_a_period_in_which_no_frame_came_does_not_set_the_target_back_to_the_arm(
    contract: Contract,
) -> None:
    robot = Steady(contract, Fixed(16))
    robot.frame(late_s=0.03)
    robot.inference.answer()
    sent = [robot.step()[0][2]]
    for _ in range(2):
        robot.arm()
        sent.append(robot.step()[0][2])
        # Its stamp is of a moment before the last command, as every camera's is.
        robot.frame(late_s=0.03)
        sent.append(robot.step()[0][2])
    np.testing.assert_allclose(np.diff(sent), -0.02, atol=1e-12)


def test_a_policy_that_is_slower_than_its_chunks_never_moves_the_robot(contract: Contract) -> None:
    robot = Steady(contract, Fixed(1))
    robot.frame()
    robot.now_s += 0.22
    robot.inference.answer()
    assert robot.step(0.0) == []
    assert "longer than its 1 actions last" in (robot.controller.problem or "")
    assert robot.controller.status.late == 1


def test_without_frames_the_robot_rests_and_an_old_chunk_does_not_move_it_again(
    contract: Contract,
) -> None:
    robot = Steady(contract, Fixed(16))
    robot.frame()
    robot.inference.answer()
    assert len(robot.step()) == 1
    elsewhere = HOME + np.array([0.03, 0, 0, 0, 0, 0, 0])
    robot.now_s += 0.1
    robot.arm(elsewhere)
    (held,) = robot.step(0.1)
    np.testing.assert_allclose(held, elsewhere)
    assert [robot.step() for _ in range(5)] == [[]] * 5
    assert robot.controller.status.stops == 1
    assert "no tick" in (robot.controller.problem or "")


def test_a_clock_that_is_set_stops_the_robot(contract: Contract) -> None:
    robot = Steady(contract, Fixed(16), watches_clock=True)
    robot.frame()
    robot.inference.answer()
    assert len(robot.step()) == 1
    robot.now_s += 0.1
    robot.controller.step(round((robot.now_s + 5) * 1e9))
    assert "set forward by 5.000 s" in (robot.controller.problem or "")
    assert robot.controller.stops == 1
