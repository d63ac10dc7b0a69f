"""Named numbers as a command and as an action."""

from __future__ import annotations

import numpy as np
import pytest

from afil_core import messages
from afil_core.actions import DemonstratedActions
from afil_core.contract import load_contract
from afil_core.errors import AfilError
from afil_core.kinds.joints import joint_state
from afil_core.testing import changed

PERIOD = 20_000_000


def test_a_command_is_read_by_its_names_in_whatever_order():
    command = load_contract("gym").commands["action"]
    value = np.array([0.25, -1.0])
    assert command.decode(command.encode(value, 7)).value.tolist() == value.tolist()
    message = joint_state(("action_1", "other", "action_0"), np.array([1.0, 2.0, 3.0]), 7)
    assert command.decode(messages.serialize(message)).value.tolist() == [3.0, 1.0]
    lacking = messages.serialize(joint_state(("action_1",), np.array([1.0]), 7))
    with pytest.raises(AfilError, match="lacks joint action_0.*commands.action.names"):
        command.decode(lacking)


def test_the_action_of_a_tick_is_the_last_command_before_the_next():
    contract = load_contract("gym")
    command, action = contract.commands["action"], contract.require_action()
    demonstrated = DemonstratedActions(action)
    for tick, numbers in enumerate(([0.1, 0.2], [0.3, 0.4])):
        stamp = 1_000_000_000 + tick * PERIOD
        demonstrated.add(command.topic, command.encode(np.array(numbers), stamp), stamp)
    found = [
        demonstrated.action(1_000_000_000 + i * PERIOD, 1_000_000_000 + (i + 1) * PERIOD, {})
        for i in (-2, 0, 1, 2)
    ]
    assert found[0] is None
    assert [f.tolist() for f in found[1:]] == [[0.1, 0.2], [0.3, 0.4], [0.3, 0.4]]


def test_dimensions_say_limits_and_which_are_binary():
    contract = changed(
        load_contract("gym"),
        {"action.minimum": [0.0, -2.0], "action.binary": ["action_1"], "action.rest": [0.5, 0.0]},
    )
    first, second = contract.require_action().dimensions
    assert (first.name, first.minimum, first.maximum, first.mode) == (
        *("action_0", 0.0, 1.0),
        "continuous",
    )
    assert (second.minimum, second.mode) == (-2.0, "binary")
    assert contract.require_action().clip(np.array([-1.0, -9.0])).tolist() == [0.0, -2.0]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"action.minimum": [0.0]}, "must have one number for each of the 2 names of commands"),
        ({"action.minimum": [0.0, 1.0]}, "action.minimum must be below action.maximum"),
        ({"action.binary": ["grip"]}, "action.binary names 'grip', but commands.action has"),
    ],
)
def test_what_does_not_fit_is_a_sentence(changes, sentence):
    with pytest.raises(AfilError, match=sentence):
        changed(load_contract("gym"), changes)


def test_what_the_world_is_told_does_not_change_what_recordings_mean():
    contract = load_contract("gym")
    other = changed(contract, {"world": {"env": "Other-v0"}})
    assert other.sha256 == contract.sha256 and other != contract
