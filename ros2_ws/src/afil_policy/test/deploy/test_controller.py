"""The composed loop: frames in, commands out, a reason whenever there are none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from afil_core.actions import apply_delta
from afil_core.contract import Contract
from afil_core.errors import AfilError
from afil_core.testing import HOME, PERIOD_NS, FrankaOnPaper
from afil_policy.deploy.adapters import Outgoing, build_adapter
from afil_policy.deploy.controller import PolicyController
from afil_policy.deploy.parameters import DeployArguments

STEP = np.array([0.01, 0.0, -0.02, 0.0, 0.0, 0.0, 0.06])
STREAMS = ("front_image", "ee_pose", "gripper_width")
POSE, GRIPPER = "/target_pose", "/gripper_position_controller/commands"


class Scripted:
    """Answers with a given action, or a chunk of them."""

    def __init__(self, action: NDArray[np.float64] = STEP, frames: int = 1) -> None:
        self.action = action
        self.streams = STREAMS
        self.frames = frames
        self.seen: list[Sequence[Mapping[str, NDArray[Any]]]] = []
        self.fails = False

    def act(self, history: Sequence[Mapping[str, NDArray[Any]]]) -> NDArray[np.float64]:
        self.seen.append(history)
        if self.fails:
            raise AfilError("out of memory")
        return np.atleast_2d(self.action)


class Robot:
    """A robot on paper: sends its state to a controller and keeps the commands."""

    def __init__(self, contract: Contract, policy: Scripted, watchdog_s: float = 0.5) -> None:
        self.contract = contract
        self.paper = FrankaOnPaper(contract)
        self.wall_s = 100.0
        self.controller = PolicyController(
            policy,
            contract,
            build_adapter(contract),
            watchdog_timeout_s=watchdog_s,
            wall_s=lambda: self.wall_s,
        )

    def frame(
        self,
        k: int,
        pose: NDArray[np.float64] = HOME,
        *,
        without: tuple[str, ...] = (),
        late_ns: int = 0,
    ) -> list[Outgoing]:
        stamp = k * PERIOD_NS
        commands = []
        for name, cdr in self.paper.observations(stamp, {"ee_pose": pose}, without).items():
            self.controller.receive(name, cdr, stamp + late_ns)
            commands += self.controller.poll(stamp + late_ns)
        return commands

    def poses(self, commands: list[Outgoing]) -> list[NDArray[np.float64]]:
        target = self.contract.commands["pose"]
        return [target.decode(c.cdr).value for c in commands if c.topic == POSE]

    def width(self, commands: list[Outgoing]) -> float:
        assert commands[0].topic == GRIPPER
        return float(self.contract.commands["gripper"].decode(commands[0].cdr).value[0])

    @property
    def problem(self) -> str:
        return self.controller.status.problem or ""


def test_each_frame_is_answered_by_the_gripper_and_then_the_pose(contract: Contract) -> None:
    robot = Robot(contract, Scripted())
    commands = robot.frame(3)
    assert [c.topic for c in commands] == [GRIPPER, POSE]
    assert robot.width(commands) == 0.08
    pose = contract.commands["pose"].decode(commands[1].cdr)
    assert pose.stamp_ns == 3 * PERIOD_NS
    np.testing.assert_allclose(pose.value, apply_delta(HOME, STEP[:6]), atol=1e-12)


def test_deltas_add_up_on_the_last_target_and_not_on_the_sagging_arm(contract: Contract) -> None:
    robot = Robot(contract, Scripted())
    sagging = HOME - np.array([0, 0, 0.01, 0, 0, 0, 0])
    robot.frame(1, HOME)
    target = robot.poses(robot.frame(2, sagging))[0]
    np.testing.assert_allclose(target[:3], HOME[:3] + 2 * STEP[:3], atol=1e-12)
    robot.controller.reset()
    target = robot.poses(robot.frame(3, sagging))[0]
    np.testing.assert_allclose(target[:3], sagging[:3] + STEP[:3], atol=1e-12)


def test_after_a_gap_the_target_starts_from_the_measured_pose(contract: Contract) -> None:
    robot = Robot(contract, Scripted())
    robot.frame(1, HOME)
    elsewhere = HOME + np.array([0.1, 0.1, 0, 0, 0, 0, 0])
    target = robot.poses(robot.frame(12, elsewhere))[0]
    np.testing.assert_allclose(target[:3], elsewhere[:3] + STEP[:3], atol=1e-12)


def test_a_missing_or_stale_stream_gives_no_command_but_a_reason(contract: Contract) -> None:
    robot = Robot(contract, Scripted())
    assert robot.frame(1, without=("ee_pose",)) == []
    assert robot.controller.poll(PERIOD_NS + 60_000_000) == []
    assert "ee_pose" in robot.problem
    assert robot.frame(2) != []
    assert robot.controller.status.problem is None
    assert robot.frame(9, without=("gripper_width",)) == []
    assert robot.controller.poll(9 * PERIOD_NS + 60_000_000) == []
    assert "gripper_width" in robot.problem


def test_a_stream_that_nobody_looks_at_may_be_missing(contract: Contract) -> None:
    robot = Robot(contract, Scripted())
    assert set(robot.controller.streams) == set(STREAMS)
    assert robot.frame(1, without=("joint_positions",)) != []


def test_an_old_frame_gives_no_command(contract: Contract) -> None:
    robot = Robot(contract, Scripted())
    assert robot.frame(1, late_ns=400_000_000) == []
    assert "0.400 s away" in robot.problem
    assert robot.frame(20, late_ns=-400_000_000) == []
    assert "clocks" in robot.problem


def test_a_frame_that_waited_too_long_gives_no_command(contract: Contract) -> None:
    robot = Robot(contract, Scripted())
    for name, cdr in robot.paper.observations(PERIOD_NS).items():
        robot.controller.receive(name, cdr, PERIOD_NS)
    assert robot.controller.poll(PERIOD_NS + 500_000_000) == []
    assert "0.500 s old" in robot.problem


def test_a_clock_that_reads_zero_is_told_and_commands_nothing(contract: Contract) -> None:
    robot = Robot(contract, Scripted())
    for name, cdr in robot.paper.observations(PERIOD_NS).items():
        robot.controller.receive(name, cdr, 0)
        assert robot.controller.poll(0) == []
    assert "clock reads 0" in robot.problem


def test_a_clock_that_is_set_back_is_told_and_the_target_starts_anew(contract: Contract) -> None:
    robot = Robot(contract, Scripted())
    robot.frame(30)
    refusals = robot.controller.status.refusals
    elsewhere = HOME + np.array([0.1, 0, 0, 0, 0, 0, 0])
    commands = robot.frame(10, elsewhere)
    assert robot.controller.status.refusals > refusals
    commands = commands or robot.frame(11, elsewhere)
    target = robot.poses(commands)[0]
    np.testing.assert_allclose(target[:3], elsewhere[:3] + STEP[:3], atol=1e-12)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_an_action_that_is_not_finite_is_refused_by_name(contract: Contract, bad: float) -> None:
    action = STEP.copy()
    action[4] = bad
    robot = Robot(contract, Scripted(action))
    assert robot.frame(1) == []
    assert "not finite in ry" in robot.problem
    assert robot.controller.status.refusals == 1


def test_a_policy_that_fails_is_a_refusal_and_no_crash(contract: Contract) -> None:
    policy = Scripted()
    robot = Robot(contract, policy)
    robot.frame(1)
    policy.fails = True
    assert robot.frame(2) == []
    assert robot.problem == "out of memory"
    policy.fails = False
    elsewhere = HOME + np.array([0, 0.1, 0, 0, 0, 0, 0])
    target = robot.poses(robot.frame(3, elsewhere))[0]
    np.testing.assert_allclose(target[:3], elsewhere[:3] + STEP[:3], atol=1e-12)


def test_a_malformed_message_is_a_refusal_and_no_crash(contract: Contract) -> None:
    robot = Robot(contract, Scripted())
    assert robot.frame(1) != []
    robot.controller.receive("ee_pose", b"\x00\x01\x00\x00abc", 2 * PERIOD_NS)
    assert robot.frame(2, without=("ee_pose",)) == []
    assert robot.controller.status.refusals == 1
    assert "is not a valid geometry_msgs" in robot.problem
    assert robot.frame(3) != []


def test_a_binary_gripper_goes_over_only_when_the_policy_is_decided(contract: Contract) -> None:
    policy = Scripted()
    robot = Robot(contract, policy)
    sent = []
    for k, width in enumerate((0.07, 0.039, 0.033, 0.031, 0.041, 0.047, 0.049)):
        policy.action = np.concatenate([STEP[:6] * 0, [width]])
        # As far apart as a gripper has to stay at an end.
        sent.append(robot.width(robot.frame(5 * k + 1)))
    assert sent == [0.08, 0.08, 0.08, 0.0, 0.0, 0.0, 0.08]


def test_a_binary_gripper_stays_at_an_end_for_half_a_second(contract: Contract) -> None:
    policy = Scripted()
    robot = Robot(contract, policy)
    sent = []
    for k in range(8):
        policy.action = np.concatenate([STEP[:6] * 0, [0.08 * (k % 2)]])
        sent.append(robot.width(robot.frame(k + 1)))
    assert sent == [0.0, 0.0, 0.0, 0.0, 0.0, 0.08, 0.08, 0.08]


def test_what_was_clipped_is_counted_for_action_and_target_together(contract: Contract) -> None:
    wild = np.array([0.5, -0.5, 0.5, 1.0, 1.0, 1.0, 0.5])
    robot = Robot(contract, Scripted(wild))
    step = robot.poses(robot.frame(1))[0][:3] - HOME[:3]
    assert np.linalg.norm(step) == pytest.approx(0.05)
    assert robot.controller.status.clipped == 1
    for k in range(2, 6):
        robot.frame(k)
    assert robot.controller.status.clipped == 5 + 2


def test_the_watchdog_holds_the_measured_pose_once(contract: Contract) -> None:
    robot = Robot(contract, Scripted(), watchdog_s=0.1)
    robot.frame(1)
    robot.wall_s += 0.12
    commands = robot.controller.poll(2 * PERIOD_NS)
    np.testing.assert_allclose(robot.poses(commands)[0], HOME)
    robot.wall_s += 1.0
    assert robot.controller.poll(9 * PERIOD_NS) == []
    assert robot.controller.status.stops == 1


def test_a_simulator_of_two_frames_a_second_gets_one_answer_for_each_and_no_rest(
    contract: Contract,
) -> None:
    """A second command for a frame would be taken for the next one's answer."""
    patience_s = DeployArguments(robot="carla").frame_timeout_s("simulated")
    robot = Robot(contract, Scripted(), watchdog_s=patience_s)
    for k in range(1, 6):
        assert [c.topic for c in robot.frame(k)] == [GRIPPER, POSE]
        for _ in range(10):
            robot.wall_s += 0.05
            assert [*robot.controller.watch(k * PERIOD_NS)] == []
            assert [*robot.controller.poll(k * PERIOD_NS)] == []
    assert robot.controller.stops == 0


def test_stopping_without_a_fresh_pose_sends_nothing(contract: Contract) -> None:
    robot = Robot(contract, Scripted())
    robot.frame(1)
    robot.wall_s += 10.0
    assert robot.controller.rest(PERIOD_NS) == []


def test_frames_that_were_overtaken_are_not_answered(contract: Contract) -> None:
    robot = Robot(contract, Scripted())
    robot.frame(1, without=("ee_pose",))
    robot.frame(2, without=("ee_pose",))
    pose = contract.stream("ee_pose").encode(HOME, 2 * PERIOD_NS)
    robot.controller.receive("ee_pose", pose, 2 * PERIOD_NS)
    commands = robot.controller.poll(2 * PERIOD_NS)
    target = contract.commands["pose"]
    assert [target.decode(c.cdr).stamp_ns for c in commands[1:]] == [2 * PERIOD_NS]
    assert robot.controller.status.refusals == 1


def test_of_a_chunk_the_first_action_is_executed_where_each_tick_decides_anew(
    contract: Contract,
) -> None:
    chunk = np.stack([STEP, 2 * STEP, 3 * STEP])
    robot = Robot(contract, Scripted(chunk))
    robot.frame(1)
    target = robot.poses(robot.frame(2))[0]
    np.testing.assert_allclose(target[:3], HOME[:3] + 2 * STEP[:3], atol=1e-12)
    assert robot.controller.status.dropped == 0


def test_a_policy_sees_as_many_ticks_as_it_asked_for(contract: Contract) -> None:
    policy = Scripted(frames=2)
    robot = Robot(contract, policy)
    for k in (1, 2, 3):
        robot.frame(k, HOME + 0.001 * k * np.eye(7)[0])
    assert [len(history) for history in policy.seen] == [1, 2, 2]
    assert [h["ee_pose"][0] for h in policy.seen[-1]] == pytest.approx([0.502, 0.503])
