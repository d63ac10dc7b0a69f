"""Whom the bridge obeys: policy, person, autopilot."""

from __future__ import annotations

import math

import numpy as np
import pytest

from afil_core import messages
from afil_core import world_protocol as protocol
from afil_core.contract import load_contract
from afil_core.errors import AfilError
from afil_sim.running.episodes import Episodes, EpisodesConfig
from afil_sim.tasks.drive import Drive
from afil_sim.worlds import WORLDS

CONTRACT = load_contract("carla")
CONTROL = CONTRACT.interface()[0]
EGO = "/carla/ego_vehicle"
MANUAL, OVERRIDE = f"{EGO}/vehicle_control_cmd_manual", f"{EGO}/vehicle_control_manual_override"
AUTOPILOT = f"{EGO}/enable_autopilot"


class Bridge:
    """The town in lock-step, a frame at a time."""

    def __init__(self, **options):
        config = Drive.Config(world=WORLDS.select("town", draws=False), **options)
        self.task = Drive(config, "drive", CONTRACT)
        self.episodes = Episodes(self.task, CONTRACT, EpisodesConfig())
        self.wall_s = 0.0
        self.said = []
        self.episodes.reset()
        self.look()

    def look(self, wait_s=0.0):
        """Topics of what came, after so long."""
        self.wall_s += wait_s
        out = self.episodes.poll(self.wall_s)
        self.said = dict(out) or self.said
        return len(out) > 0

    @property
    def stamp_ns(self):
        clock = self.said[protocol.CLOCK_TOPIC]
        message = messages.deserialize(clock, "rosgraph_msgs/msg/Clock")
        return messages.stamp_to_ns(message.clock)

    def send(self, topic, throttle, stamp_ns=None):
        stamp_ns = self.stamp_ns if stamp_ns is None else stamp_ns
        return self.episodes.receive(topic, CONTROL.encode(np.array([throttle, 0, 0]), stamp_ns))

    def drive(self, frames, topic=CONTROL.topic, **control):
        """Send one control for each of so many frames."""
        for _ in range(frames):
            header = messages.header(self.stamp_ns, CONTROL.frame)
            cdr = messages.serialize(messages.new(CONTROL.type, header=header, **control))
            assert self.episodes.receive(topic, cdr) is None
            assert self.look()

    @property
    def car(self):
        return self.task.world.car

    def tell(self, topic, value):
        cdr = messages.serialize(messages.new("std_msgs/msg/Bool", data=value))
        assert self.episodes.receive(topic, cdr) is None

    @property
    def applied(self):
        type_ = "carla_msgs/msg/CarlaEgoVehicleStatus"
        return messages.deserialize(self.said[f"{EGO}/vehicle_status"], type_).control


def test_the_override_decides_whose_control_is_taken_and_waited_for():
    bridge = Bridge()
    assert bridge.send(MANUAL, 0.9) is None and not bridge.look(), "nobody listens to it"
    assert bridge.send(CONTROL.topic, 0.5) is None and bridge.look()
    assert bridge.applied.throttle == 0.5
    bridge.tell(OVERRIDE, True)
    assert bridge.send(CONTROL.topic, 0.3) is None
    assert not bridge.look(), "the policy is not heard"
    assert bridge.send(MANUAL, 0.75) is None and bridge.look()
    assert bridge.applied.throttle == 0.75
    bridge.tell(OVERRIDE, False)
    assert bridge.send(CONTROL.topic, 0.25) is None and bridge.look()
    assert bridge.applied.throttle == 0.25


def test_the_override_is_heard_before_an_episode_begins_and_outlives_it():
    bridge = Bridge()
    bridge.episodes.reset()
    bridge.tell(OVERRIDE, True)
    assert bridge.look()
    bridge.send(CONTROL.topic, 0.5)
    assert not bridge.look()


def test_without_a_command_the_frame_lasts_a_second_and_the_last_control_holds():
    bridge = Bridge()
    bridge.send(CONTROL.topic, 0.5)
    assert bridge.look() and not bridge.look(0.99)
    assert bridge.look(0.02)
    assert (bridge.applied.throttle, bridge.episodes.timeouts) == (0.5, 1)


def test_a_second_command_for_a_frame_is_named_and_does_not_answer_the_next():
    bridge = Bridge()
    first_ns = bridge.stamp_ns
    assert bridge.send(CONTROL.topic, 0.5) is None and bridge.look()
    said = bridge.send(CONTROL.topic, 0.9, stamp_ns=first_ns)
    assert "unexpected command on /carla/ego_vehicle/vehicle_control_cmd" in said
    assert "has its answer already" in said
    assert not bridge.look(), "the next frame waits for its own"
    assert bridge.send(CONTROL.topic, 0.25) is None and bridge.look()
    assert bridge.applied.throttle == 0.25


def test_a_rest_after_a_frames_answer_holds_where_nobody_commands_any_more():
    bridge = Bridge()
    first_ns = bridge.stamp_ns
    assert bridge.send(CONTROL.topic, 0.5) is None and bridge.look()
    bridge.send(CONTROL.topic, 0.0, stamp_ns=first_ns)
    assert bridge.look(1.01)
    assert (bridge.applied.throttle, bridge.episodes.timeouts) == (0.0, 1)


def test_a_command_after_the_time_out_is_dropped_without_a_word():
    bridge = Bridge()
    first_ns = bridge.stamp_ns
    assert bridge.look(1.5)
    assert bridge.send(CONTROL.topic, 0.5, stamp_ns=first_ns) is None
    assert not bridge.look()


def test_the_autopilot_drives_the_route_and_says_what_it_applied():
    bridge = Bridge(scenarios=("pedestrian_crossing",))
    bridge.tell(AUTOPILOT, True)
    applied = []
    while not bridge.task.done:
        assert bridge.look(1.01)
        applied.append(bridge.applied.throttle)
    assert bridge.task.success and max(applied) > 0.3
    bridge.tell(AUTOPILOT, False)


def test_the_car_is_put_elsewhere_and_given_a_speed():
    bridge = Bridge()
    half = math.radians(45)
    turned = messages.new("geometry_msgs/msg/Quaternion", x=0.0, y=0.0, z=math.sin(half),
                          w=math.cos(half))  # fmt: skip
    there = messages.new("geometry_msgs/msg/Point", x=3.0, y=-4.0, z=0.0)
    pose = messages.new("geometry_msgs/msg/Pose", position=there, orientation=turned)
    assert (
        bridge.episodes.receive(f"{EGO}/control/set_transform", messages.serialize(pose)) is None
    )
    car = bridge.task.world.car
    assert (car.x, car.y, car.yaw) == pytest.approx((3.0, -4.0, math.pi / 2))
    vector = messages.new("geometry_msgs/msg/Vector3", x=6.0, y=0.0, z=0.0)
    twist = messages.serialize(messages.new("geometry_msgs/msg/Twist", linear=vector))
    assert bridge.episodes.receive(f"{EGO}/control/set_target_velocity", twist) is None
    assert car.speed == 6.0


@pytest.mark.parametrize("topic", [CONTROL.topic, MANUAL])
def test_the_car_is_driven_backwards_and_brakes_in_reverse(topic):
    bridge = Bridge()
    bridge.tell(OVERRIDE, topic == MANUAL)
    x, y, yaw = bridge.car.x, bridge.car.y, bridge.car.yaw
    bridge.drive(20, topic, throttle=0.5, reverse=True)
    back = (x - bridge.car.x) * math.cos(yaw) + (y - bridge.car.y) * math.sin(yaw)
    assert 0.5 < back < 2.0 and bridge.applied.reverse
    speed = CONTRACT.stream("speed")
    assert speed.decode(bridge.said[speed.topic]).value < -1.0
    bridge.drive(8, topic, brake=1.0, reverse=True)
    assert bridge.car.speed == 0.0 and bridge.applied.brake == 1.0
    bridge.drive(1, topic, throttle=0.5)
    assert bridge.car.speed > 0 and not bridge.applied.reverse


def test_a_car_that_rolls_against_its_gear_slows_down_first():
    bridge = Bridge()
    bridge.drive(40, throttle=1.0)
    forwards = bridge.car.speed
    bridge.drive(20, throttle=0.5, reverse=True)
    assert 0 < bridge.car.speed < forwards - 1.5
    bridge.drive(80, throttle=0.5, reverse=True)
    assert bridge.car.speed < -1.0


def test_the_hand_brake_holds_the_car_and_stops_it():
    bridge = Bridge()
    bridge.drive(20, throttle=1.0, hand_brake=True)
    assert bridge.car.speed == 0.0 and bridge.applied.hand_brake
    bridge.drive(20, throttle=1.0)
    bridge.drive(20, hand_brake=True)
    assert bridge.car.speed == 0.0


def test_what_was_driven_in_reverse_is_no_label():
    bridge = Bridge()
    status = CONTRACT.commands["applied"]
    bridge.drive(1, throttle=0.5)
    assert status.decode(bridge.said[status.topic]).value.tolist() == [0.5, 0.0, 0.0]
    bridge.drive(1, throttle=0.5, reverse=True)
    with pytest.raises(AfilError, match="driven in reverse"):
        status.decode(bridge.said[status.topic])


@pytest.mark.parametrize("topic", [MANUAL, OVERRIDE, AUTOPILOT])
def test_bytes_of_something_else_are_refused_with_a_sentence(topic):
    bridge = Bridge()
    bridge.tell(OVERRIDE, True)
    assert "refused a command" in bridge.episodes.receive(topic, b"\x00\x01\x00\x00")


def test_a_world_that_is_reloaded_in_mid_episode_takes_no_answer_to_the_old_one():
    bridge = Bridge()
    bridge.send(CONTROL.topic, 0.5)
    assert bridge.look()
    old_ns = bridge.stamp_ns
    bridge.episodes.reset(3)
    assert bridge.look()
    assert bridge.stamp_ns > old_ns and bridge.applied.brake == 1.0, "it stands again"
    assert bridge.send(CONTROL.topic, 0.9, stamp_ns=old_ns) is None
    assert not bridge.look()
    assert bridge.send(CONTROL.topic, 0.25) is None and bridge.look()
    assert bridge.applied.throttle == 0.25
