"""Grippers beside an arm: a message each time, or a goal where the target changes."""

from __future__ import annotations

import numpy as np

from afil_core.contract import Contract
from afil_core.testing import HOME
from afil_policy.deploy.adapters import Goal, Outgoing, build_adapter


def test_a_hand_with_actions_gets_a_goal_only_where_its_target_changes(contract: Contract) -> None:
    adapter = build_adapter(contract, "pose_hand")
    sent = []
    for k, width in enumerate((0.08, 0.08, 0.0, 0.0, 0.08)):
        action = np.array([0.0] * 6 + [width])
        commands = adapter.commands(action, {"ee_pose": HOME}, k + 1, k + 1)
        goals = [c for c in commands if isinstance(c, Goal)]
        sent.append([g.topic.rpartition("/")[2] for g in goals])
        assert [type(c) for c in commands[len(goals) :]] == [Outgoing]
    assert sent == [["move"], [], ["grasp"], [], ["move"]]
    adapter.reset()
    again = adapter.commands(np.array([0.0] * 6 + [0.08]), {"ee_pose": HOME}, 9, 9)
    assert isinstance(again[0], Goal)


def test_a_goal_that_could_not_be_sent_is_sent_again(contract: Contract) -> None:
    for interface in ("pose_hand", "twist_hand"):
        adapter = build_adapter(contract, interface)
        action = np.array([0.0] * 7)
        sent = []
        for k in range(3):
            commands = adapter.commands(action, {"ee_pose": HOME}, k + 1, k + 1)
            sent.append(any(isinstance(c, Goal) for c in commands))
            if k == 0:
                adapter.unsent()
        assert sent == [True, True, False]


def test_a_rest_sends_no_goal(contract: Contract) -> None:
    adapter = build_adapter(contract, "twist_hand")
    assert [type(c) for c in adapter.rest({}, 1)] == [Outgoing]
