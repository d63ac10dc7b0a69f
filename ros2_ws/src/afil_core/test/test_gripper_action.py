"""Grippers that are commanded by actions."""

from __future__ import annotations

import numpy as np
import pytest

from afil_core.contract import Contract, load_contract
from afil_core.errors import AfilError
from afil_core.testing import changed


@pytest.fixture(scope="module")
def contract() -> Contract:
    hand = {"kind": "gripper_command", "topic": "franka_gripper/gripper_action",
            "type": "control_msgs/action/GripperCommand"}  # fmt: skip
    return changed(load_contract("franka"), {"commands.standard": hand})


def test_the_franka_hand_grasps_to_close_and_moves_to_open(contract: Contract) -> None:
    hand = contract.within("left").commands["hand"]
    name, fields = hand.goal(0.0)
    assert name == "/left/franka_gripper/grasp"
    assert fields == {
        "width": 0.0, "speed": 0.1, "force": 30.0, "epsilon": {"inner": 0.08, "outer": 0.08},
    }  # fmt: skip
    name, fields = hand.goal(0.08)
    assert (name, fields) == ("/left/franka_gripper/move", {"width": 0.08, "speed": 0.1})
    assert hand.actions[name] == "franka_msgs/action/Move"


def test_a_gripper_command_is_half_of_the_width_and_never_without_effort(
    contract: Contract,
) -> None:
    name, fields = contract.commands["standard"].goal(0.06)
    assert name == "/franka_gripper/gripper_action"
    assert fields == {"command": {"position": pytest.approx(0.03), "max_effort": 30.0}}


def test_an_action_can_be_neither_read_nor_published(contract: Contract) -> None:
    hand = contract.commands["hand"]
    with pytest.raises(AfilError, match="it is driven and can't be demonstrated"):
        hand.encode(np.array([0.04]), 1)
    with pytest.raises(AfilError, match=r"franka_hand reads franka_msgs/action/Grasp"):
        changed(contract, {"commands.hand.type": "std_msgs/msg/Float64"})
