"""What a watchdog's process does when heartbeats come and cease."""

from __future__ import annotations

import numpy as np

from afil_core.contract import load_contract
from afil_core.supervision.heartbeat import Heartbeat
from afil_core.supervision.supervisor import Supervisor
from afil_core.testing import HOME

POSE = load_contract("franka").stream("ee_pose")


class Watched:
    """A supervisor whose rest is the measured pose."""

    def __init__(self) -> None:
        self.now_s = 10.0
        self.supervisor = Supervisor(
            lambda measured, now_ns: [*measured.values()],
            [POSE],
            timeout_s=0.2,
            wall_s=lambda: self.now_s,
        )

    def beat(self, *, commanding: bool) -> None:
        self.supervisor.beat(Heartbeat(0, commanding).encode(1))

    def is_at(self, pose: np.ndarray) -> None:
        self.supervisor.receive("ee_pose", POSE.encode(pose, round(self.now_s * 1e9)))

    def after(self, seconds: float) -> int:
        self.now_s += seconds
        return len(self.supervisor.poll(1))


def test_only_a_process_that_commands_is_missed() -> None:
    robot = Watched()
    assert robot.after(5.0) == 0
    robot.beat(commanding=False)
    assert robot.after(5.0) == 0 and not robot.supervisor.is_watching
    robot.beat(commanding=True)
    assert robot.after(0.19) == 0 and robot.supervisor.is_watching
    robot.is_at(HOME)
    assert robot.after(0.02) == 1
    assert robot.supervisor.is_resting and not robot.supervisor.is_watching
    # Once found, the rest is said again, and not anew.
    robot.is_at(HOME + 0.1 * np.eye(7)[0])
    (held,) = robot.supervisor.poll(1)
    np.testing.assert_array_equal(held, HOME)
    assert robot.after(1.1) == 0
    assert robot.supervisor.stops == 1


def test_a_rest_is_made_of_what_is_fresh() -> None:
    robot = Watched()
    robot.is_at(HOME)
    robot.beat(commanding=True)
    assert robot.after(POSE.max_age_s + 0.2) == 0, "an old pose is not where the arm is"
    assert robot.supervisor.stops == 1
    robot.is_at(HOME)
    (held,) = robot.supervisor.poll(1)
    np.testing.assert_array_equal(held, HOME, "it is held as soon as somebody knows where it is")
    assert robot.supervisor.stops == 1


def test_a_process_that_lives_again_is_left_in_peace() -> None:
    robot = Watched()
    robot.beat(commanding=True)
    robot.now_s += 0.15
    robot.is_at(HOME)
    assert robot.after(0.1) == 1
    robot.beat(commanding=False)
    assert robot.after(0.01) == 0


def test_bytes_that_are_no_heartbeat_are_none() -> None:
    robot = Watched()
    robot.supervisor.beat(b"\x00\x01")
    assert robot.supervisor.silence_s is None
