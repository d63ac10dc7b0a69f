"""Resets: services of the robot's own, and a car's place."""

import pytest

from afil_core import messages
from afil_core.contract import load_contract
from afil_core.errors import AfilError
from afil_teleop.recording.resets import make_reset


class Wire:
    """Keeps what is asked for."""

    def __init__(self, offered=True):
        self.offered = offered
        self.called, self.published, self.prepared = [], [], ()

    def prepare(self, topics, services):
        self.prepared = (topics, services)

    def trigger(self, service, done):
        if self.offered:
            self.called.append((service, done))
        return self.offered

    def publish(self, topic, cdr):
        self.published.append((topic, cdr))


def test_services_are_called_one_after_the_other(franka):
    wire = Wire()
    reset = make_reset(
        "{name: trigger, services: [open_hand, homing], settle_s: 0.2}", franka, wire
    )
    assert wire.prepared[1] == ("open_hand", "homing") and reset.after_episode
    reset.begin(0.0)
    assert reset.poll(0.1) is None and reset.poll(0.2) is None
    assert [name for name, _ in wire.called] == ["open_hand"]
    wire.called[0][1](True, "")
    assert reset.poll(0.3) is None
    wire.called[1][1](True, "")
    assert reset.poll(0.4) is None, "it comes to rest"
    assert reset.poll(0.7) == ""


def test_a_reset_that_fails_says_why(franka):
    wire = Wire()
    reset = make_reset("{name: trigger, timeout_s: 5}", franka, wire)
    reset.begin(0.0)
    reset.poll(0.1)
    wire.called[0][1](False, "the arm is locked")
    assert reset.poll(0.2) == "service homing refused: the arm is locked"
    reset.begin(1.0)
    reset.poll(1.1)
    assert "did not answer within 5 s" in reset.poll(6.2)
    reset.begin(7.0)
    wire.called[1][1](True, "")
    assert reset.poll(7.1) is None, "the late answer is that of the last reset"
    absent = make_reset("trigger", franka, Wire(offered=False))
    absent.begin(0.0)
    assert absent.poll(0.1) is None
    assert "nobody offers the service homing" in absent.poll(5.1)


def test_a_car_is_put_at_one_place_after_the_other():
    wire = Wire()
    text = "{name: carla, places: [[1, 2, 0.5, 90], [3, 4, 0.5, 0]], settle_s: 1}"
    reset = make_reset(text, load_contract("carla"), wire)
    topic = "/carla/ego_vehicle/control/set_transform"
    assert wire.prepared[0][topic] == "geometry_msgs/msg/Pose"
    for k, (x, z) in enumerate([(1, 0.7071), (3, 0), (1, 0.7071)]):
        reset.begin(10.0 * k)
        place = messages.deserialize(dict(wire.published)[topic], "geometry_msgs/msg/Pose")
        assert place.position.x == x and place.orientation.z == pytest.approx(z, abs=1e-4)
        assert reset.poll(10.0 * k) is None and reset.poll(10.0 * k + 1.1) == ""


def test_no_reset_and_a_wrong_one(franka):
    assert make_reset("", franka, Wire()) is None
    with pytest.raises(AfilError, match="no reset 'trigge'; did you mean 'trigger'"):
        make_reset("trigge", franka, Wire())
    with pytest.raises(AfilError, match="places"):
        make_reset("carla", franka, Wire())
