"""The cap and the buttons of a SpaceMouse."""

import numpy as np
import pytest

from afil_core import messages
from afil_core.contract import load_contract
from afil_core.errors import AfilError
from afil_teleop.devices import DEVICES, EpisodeKey

TWIST, JOY = "spacenav/twist", "spacenav/joy"


@pytest.fixture
def mouse(franka):
    return DEVICES.select("spacemouse", linear_m_s=0.2, angular_rad_s=1.0).build(franka)


def test_the_cap_moves_and_turns_on_all_axes(mouse, twist):
    assert mouse.act(0.0, 0.1) is None
    mouse.receive(TWIST, twist((0.5, -0.25, 1.0), (0.1, 0, -0.5)), 0.0)
    expected = [0.01, -0.005, 0.02, 0.01, 0, -0.05, 0.08]
    np.testing.assert_allclose(mouse.act(0.1, 0.1), expected)
    mouse.receive(TWIST, twist((9.0, 0, 0)), 0.1)
    assert mouse.act(0.1, 0.1)[0] == pytest.approx(0.02), "no faster than its end"


def test_a_cap_that_is_let_go_or_hardly_touched_moves_nothing(mouse, twist):
    mouse.receive(TWIST, twist((0.04, 0, 0)), 0.0)
    assert mouse.act(0.0, 0.1) is None, "a hand at rest"
    mouse.receive(TWIST, twist((1.0, 0, 0)), 1.0)
    mouse.receive(TWIST, twist(), 1.1)
    assert not mouse.act(1.1, 0.1)[:6].any()
    assert mouse.act(1.25, 0.1) is None


def test_buttons_mean_the_gripper_and_the_episode(mouse, joy, twist):
    for pressed in ((), {0}, {0}, (), {1}):
        mouse.receive(JOY, joy(buttons=pressed, sizes=(0, 2)), 1.0)
    assert mouse.take_keys() == [EpisodeKey.ADVANCE]
    asked = mouse.act(1.0, 0.1)
    assert asked[6] == 0.0 and not asked[:6].any(), "the gripper closes though the cap lies still"
    command = load_contract("franka").commands["gripper"]
    mouse.adopt(command, np.array([0.07]))
    assert mouse.act(1.0, 0.1)[6] == 0.08, "as the policy left it"


def test_stamped_twists_and_what_is_wrong(franka):
    mouse = DEVICES.select("spacemouse", use_twist_stamped=True, topic="left/spacenav").build(
        franka
    )
    assert [s.topic for s in mouse.sources] == ["left/spacenav/twist_stamped", "left/spacenav/joy"]
    kind = "geometry_msgs/msg/TwistStamped"
    inner = messages.new("geometry_msgs/msg/Twist")
    inner.linear.x = 1.0
    message = messages.new(kind, header=messages.header(1, ""), twist=inner)
    mouse.receive("left/spacenav/twist_stamped", messages.serialize(message), 0.0)
    assert mouse.act(0.0, 0.1)[0] == pytest.approx(0.02)
    inner.linear.x = float("inf")
    with pytest.raises(AfilError, match="is not finite"):
        mouse.receive("left/spacenav/twist_stamped", messages.serialize(message), 0.0)
    with pytest.raises(AfilError, match="SpaceMouse drives arms"):
        DEVICES.select("spacemouse").build(load_contract("carla"))
