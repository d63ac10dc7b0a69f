"""A step beyond the limits is said, but where another took over: that is no step."""

import numpy as np
import pytest

from afil_core.testing import HOME
from afil_teleop.recording.command_limits import CommandLimits

S = 1_000_000_000
STEP = S // 10
AHEAD = HOME + np.array([0.12, 0, 0, 0, 0, 0, 0])


class Commands:
    """Commands at 10 Hz, and who gives them."""

    def __init__(self, contract):
        self.limits = CommandLimits(contract, "pose")
        self.now_ns = 100 * S
        self.limits.commander_said(self.now_ns, is_another=False)

    def give(self, pose, times=1):
        for _ in range(times):
            self.now_ns += STEP
            self.limits.add(pose, self.now_ns, self.now_ns, self.now_ns)

    def change(self, away_ns=STEP // 2):
        self.limits.commander_said(self.now_ns + away_ns, is_another=True)

    def said(self, after_ns=STEP):
        return [f.text for f in self.limits.findings("/target_pose", self.now_ns + after_ns)]


@pytest.fixture
def commands(franka):
    made = Commands(franka)
    made.give(AHEAD, 5)
    return made


def test_the_first_command_of_another_commander_is_no_step(commands):
    commands.change()
    commands.give(HOME, 3)
    assert commands.said() == []
    commands.give(AHEAD)
    assert "step is 0.120 m long" in commands.said()[0], "his own jump is one"


def test_a_jump_of_the_same_commander_is_said(commands):
    commands.limits.commander_said(commands.now_ns, is_another=False)
    commands.give(HOME)
    assert "step is 0.120 m long" in commands.said()[0]


def test_a_change_long_ago_excuses_nothing(commands):
    commands.change()
    commands.give(AHEAD, 2)
    commands.give(HOME)
    assert "step is 0.120 m long" in commands.said()[0]


def test_word_of_the_change_may_be_read_after_the_command(commands):
    sent_ns = commands.now_ns + 1
    commands.give(HOME)
    assert commands.said(after_ns=0) == [], "word of it may be on the way"
    commands.limits.commander_said(sent_ns, is_another=True)
    assert commands.said() == []
    commands.give(HOME, 2)
    assert commands.said() == []


def test_the_others_last_command_may_be_read_after_word_of_the_change(commands):
    commands.change(3 * STEP // 2)
    commands.give(AHEAD)
    commands.give(HOME)
    assert commands.said() == []


def test_what_is_wrong_by_itself_is_said_whoever_takes_over(commands):
    commands.change()
    commands.give(HOME + np.array([0.4, 0, 0, 0, 0, 0, 0]))
    assert "outside of the workspace" in commands.said(after_ns=0)[0]


def test_where_nobody_takes_over_a_jump_is_said_at_once(franka):
    limits = CommandLimits(franka, "pose")
    limits.add(HOME, S, S, S)
    limits.add(AHEAD, S + STEP, S + STEP, S + STEP)
    assert limits.findings("/target_pose", S + STEP)
