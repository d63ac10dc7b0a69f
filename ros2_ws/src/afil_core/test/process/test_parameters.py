"""A node's parameters: described once, read with sentences."""

from __future__ import annotations

from typing import Literal

import pytest
import rcl_interfaces.msg
import rclpy
from pydantic import Field

from afil_core.errors import AfilError
from afil_core.process.parameters import declare, describe, read_texts
from afil_core.schema import Schema


class Parameters(Schema):
    renamed = {"cams": "cameras"}

    robot: str = Field("franka", description="Robot contract: name or YAML file")
    mode: Literal["lock_step", "real_time"] = Field("lock_step", description="Who waits")
    first_seed: int = Field(0, ge=0, description="Seed of the first episode")
    noise: float = Field(0.5, gt=0.0, le=2.0, description="Noise on each step, m")
    autostart: bool = Field(True, description="Begin at once")
    cameras: tuple[str, ...] = Field(("front",), description="Cameras to use")


@pytest.fixture
def declared(monkeypatch):
    """Function: declares them on a node that was given arguments; values and node."""
    monkeypatch.setenv("ROS_AUTOMATIC_DISCOVERY_RANGE", "OFF")
    context = rclpy.Context()
    rclpy.init(context=context)
    nodes = []

    def make(*given: str):
        words = ["--ros-args"] + [w for g in given for w in ("-p", g)] if given else []
        nodes.append(rclpy.create_node("world_node", context=context, cli_args=words))
        return declare(Parameters, nodes[-1], rcl_interfaces.msg), nodes[-1]

    yield make
    for node in nodes:
        node.destroy_node()
    rclpy.try_shutdown(context=context)


def test_defaults_stand_where_nothing_is_given(declared):
    values, _ = declared()
    assert values == Parameters()


def test_given_values_are_read_in_their_types(declared):
    values, _ = declared(
        "robot:=mine.yaml", "mode:=real_time", "first_seed:=7", "noise:=1", "cameras:=[a, b]"
    )
    assert (values.robot, values.mode, values.first_seed) == ("mine.yaml", "real_time", 7)
    assert values.noise == 1.0 and values.cameras == ("a", "b")


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ("first_seed:=many", "first_seed must be a whole number, not 'many'"),
        ("first_seed:=1.5", "first_seed must be a whole number, not 1.5"),
        ("first_seed:=true", "first_seed must be a whole number, not True"),
        ("first_seed:=-1", "first_seed must be at least 0, not -1"),
        ("noise:=much", "noise must be a number, not 'much'"),
        ("noise:=0.0", "noise must be above 0, not 0.0"),
        ("noise:=9", "noise must be at most 2, not 9"),
        ("robot:=3", "robot must be a text, not 3"),
        ("autostart:=maybe", "autostart must be true or false, not 'maybe'"),
        ("mode:=fast", "mode is 'fast', but must be one of lock_step, real_time"),
        ("cams:=[a]", "cams is called 'cameras' now; rename it"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_by_node_and_name(declared, given, sentence):
    with pytest.raises(AfilError) as caught:
        declared(given)
    assert str(caught.value) == f"parameters of world_node: {sentence}"


def test_text_and_range_are_there_for_ros2_param_describe(declared):
    _, node = declared()
    seed, noise = node.describe_parameter("first_seed"), node.describe_parameter("noise")
    assert seed.description == "Seed of the first episode"
    assert seed.integer_range[0].from_value == 0
    assert seed.integer_range[0].to_value == 2**63 - 1
    assert noise.floating_point_range[0].from_value == 0.0
    assert noise.floating_point_range[0].to_value == 2.0
    assert node.describe_parameter("mode").additional_constraints == "one of lock_step, real_time"
    assert not node.describe_parameter("robot").floating_point_range


def test_what_is_read_once_cannot_be_set_later(declared):
    _, node = declared()
    (result,) = node.set_parameters([rclpy.Parameter("first_seed", value=5)])
    assert not result.successful and "read-only" in result.reason
    assert node.get_parameter("first_seed").value == 0


def test_a_launch_file_reads_texts_by_the_same_description():
    texts = {"robot": "007", "first_seed": "12", "noise": "1", "autostart": "false", "other": "x"}
    values = read_texts(Parameters, texts, "record.launch.py")
    assert (values.robot, values.first_seed, values.noise) == ("007", 12, 1.0)
    assert values.autostart is False and values.mode == "lock_step"
    with pytest.raises(AfilError, match=r"^record.launch.py: noise must be a number, not 'much'"):
        read_texts(Parameters, {"noise": "much"}, "record.launch.py")
    with pytest.raises(AfilError, match=r"^record.launch.py: cams is called 'cameras' now"):
        read_texts(Parameters, {"cams": "a"}, "record.launch.py")


def test_a_description_tells_a_launch_file_its_defaults_and_choices():
    told = {p.name: p for p in describe(Parameters)}
    assert list(told) == ["robot", "mode", "first_seed", "noise", "autostart", "cameras"]
    assert told["mode"].choices == ("lock_step", "real_time")
    assert [told[n].text for n in ("noise", "autostart", "cameras")] == [
        "0.5",
        "true",
        "['front']",
    ]
    assert [told[n].type for n in told] == [str, str, int, float, bool, list]
    assert (told["first_seed"].minimum, told["noise"].maximum) == (0, 2.0)
