"""Robot, observation kind, command and action of the toy package."""

from __future__ import annotations

import numpy as np
import pytest
from turntable.kind import Heading

from afil_core import messages
from afil_core.contract import read_contract
from afil_core.episodes import Episode, list_episodes
from afil_core.errors import AfilError

RATE = 0.5


def test_robot(contract) -> None:
    assert contract.robot == "turntable"
    assert [s.name for s in contract.images] == ["top_image"]
    assert contract.topics()["/turn_rate"][0] == "std_msgs/msg/Float64"


def test_kind(contract, dataset) -> None:
    episode = list_episodes(dataset)[0]
    headings = [step.observations["heading"] for step in episode.steps()]
    assert len(headings) == 16
    np.testing.assert_allclose(np.ravel(headings), 0.05 * np.arange(16), atol=1e-9)
    stream = contract.stream("heading")
    assert isinstance(stream, Heading)
    np.testing.assert_allclose(stream.features(np.array([np.pi])), [-1, 0], atol=1e-9)
    assert len(stream.labels) == len(stream.features(stream.blank()))
    between = stream.interpolate(np.array([3.0]), np.array([-3.0]), 0.5)
    np.testing.assert_allclose(abs(between), np.pi)


def test_kind_refuses_what_the_contract_does_not_say(contract) -> None:
    stream = contract.stream("heading")
    tilted = messages.new(
        "geometry_msgs/msg/QuaternionStamped",
        header=messages.header(1, "turntable"),
        quaternion=messages.new("geometry_msgs/msg/Quaternion", x=1.0),
    )
    with pytest.raises(AfilError, match="topic /heading: .* unit quaternion about z"):
        stream.decode(messages.serialize(tilted))
    with pytest.raises(AfilError, match="topic /heading"):
        stream.decode(b"\x00\x01\x00\x00")
    data = contract.to_dict()
    data["observations"]["heading"]["ofset_rad"] = 1.0
    with pytest.raises(AfilError, match="did you mean 'offset_rad'"):
        read_contract(data, "mine.yaml")


def test_command(contract) -> None:
    command = contract.commands["turn_rate"]
    cdr = command.encode(np.array([np.pi]), 5)
    assert messages.deserialize(cdr, command.type).data == pytest.approx(30), "rpm on the wire"
    np.testing.assert_allclose(command.decode(cdr).value, [np.pi])


def test_action(contract, dataset) -> None:
    action = contract.require_action()
    assert [d.unit for d in action.dimensions] == ["rad/s"]
    np.testing.assert_array_equal(action.clip(np.array([9.0])), [2.0])
    steps = list(Episode(dataset / "episode_000001").steps())
    np.testing.assert_allclose([step.action for step in steps], [[RATE]] * len(steps))
