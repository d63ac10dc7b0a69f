"""What the watchdog's process does when heartbeats come and cease."""

from __future__ import annotations

import numpy as np

from afil_core.contract import Contract
from afil_core.testing import HOME
from afil_policy.deploy.adapters import build_adapter
from afil_policy.deploy.frozen import FrozenImages
from afil_policy.deploy.heartbeat import Heartbeat
from afil_policy.deploy.supervision import Supervisor


class Watched:
    def __init__(self, contract: Contract) -> None:
        self.now_s = 10.0
        self.contract = contract
        self.supervisor = Supervisor(
            contract, build_adapter(contract), timeout_s=0.2, wall_s=lambda: self.now_s
        )

    def beat(self, *, commanding: bool) -> None:
        self.supervisor.beat(Heartbeat(0, commanding).encode(1))

    def after(self, seconds: float) -> int:
        self.now_s += seconds
        return len(self.supervisor.poll(1))


def test_only_a_loop_that_commands_is_missed(contract: Contract) -> None:
    robot = Watched(contract)
    pose = contract.stream("ee_pose")
    assert robot.after(5.0) == 0
    robot.beat(commanding=False)
    assert robot.after(5.0) == 0 and not robot.supervisor.is_watching
    robot.beat(commanding=True)
    assert robot.after(0.19) == 0 and robot.supervisor.is_watching
    robot.supervisor.receive("ee_pose", pose.encode(HOME, 1))
    assert robot.after(0.02) == 1
    assert robot.supervisor.is_resting and not robot.supervisor.is_watching
    # Once found, the rest is said again, and not anew.
    robot.supervisor.receive("ee_pose", pose.encode(HOME + 0.1 * np.eye(7)[0], 1))
    (held,) = robot.supervisor.poll(1)
    target = contract.commands["pose"].decode(held.cdr)
    np.testing.assert_array_equal(target.value, HOME)
    assert robot.after(1.1) == 0
    assert robot.supervisor.stops == 1


def test_a_loop_that_lives_again_is_left_in_peace(contract: Contract) -> None:
    robot = Watched(contract)
    robot.supervisor.receive("ee_pose", contract.stream("ee_pose").encode(HOME, 1))
    robot.beat(commanding=True)
    robot.now_s += 0.15
    robot.supervisor.receive("ee_pose", contract.stream("ee_pose").encode(HOME, 1))
    assert robot.after(0.1) == 1
    robot.beat(commanding=False)
    assert robot.after(0.01) == 0


def test_bytes_that_are_no_heartbeat_are_none(contract: Contract) -> None:
    robot = Watched(contract)
    robot.supervisor.beat(b"\x00\x01")
    assert robot.supervisor.silence_s is None


def test_a_camera_is_frozen_when_its_bytes_stay_and_its_stamps_do_not(contract: Contract) -> None:
    camera = contract.stream("front_image")
    frozen = FrozenImages(contract.observations, 0.15)
    blank = camera.blank()
    for k in range(3):
        frozen.check("front_image", camera.encode(blank, k + 1), 0.1 * k)
        assert (frozen.problem is not None) == (k == 2)
    assert "has shown the same picture for 0.20 s" in (frozen.problem or "")
    changed = blank.copy()
    changed[-1, -1, -1] += 1
    frozen.check("front_image", camera.encode(changed, 9), 0.3)
    assert frozen.problem is None
    never = FrozenImages(contract.observations, 0.0)
    for k in range(9):
        never.check("front_image", camera.encode(blank, k + 1), float(k))
    assert never.problem is None
