"""A simulator takes as long for a second as it needs: its own time counts, not the wall's."""

import numpy as np
import pytest

from afil_core.bags import OfferedQos
from afil_core.contract import load_contract
from afil_teleop.recording.graph import Publisher
from afil_teleop.recording.health import ALARM_GRACE_S, CLOCK_TOPIC, Health, Surroundings

S = 1_000_000_000
LOOK_NS = S // 10
CARLA = load_contract("carla")
IMAGE, SPEED = CARLA.stream("front_image"), CARLA.stream("speed")


class Simulator:
    """CARLA on paper, in front of a recorder that follows its clock.

    Args:
        fps: Frames of 0.05 s that it makes in a second of wall time.
    """

    def __init__(self, fps):
        self.health = Health(CARLA, Surroundings(sim_time=True))
        topics = {topic: kind for topic, (kind, _) in CARLA.topics().items()}
        self.health.graph = {
            topic: (Publisher("/bridge", kind, OfferedQos(1, 2)),)
            for topic, kind in (topics | {CLOCK_TOPIC: "rosgraph_msgs/msg/Clock"}).items()
        }
        self.wall_step_ns = round(S / fps)
        self.now_ns, self.wall_ns = S, 1_000 * S
        self.alarms = set()

    def run(self, frames, *, without="", every=1):
        """Make frames; of one topic none, or only every so many."""
        for k in range(frames):
            self.now_ns += CARLA.period_ns
            black = np.zeros(IMAGE.shape, np.uint8)
            for stream, value in ((IMAGE, black), (SPEED, np.array([3.0]))):
                if stream.topic != without or (every > 1 and k % every == 0):
                    cdr = stream.encode(value, self.now_ns)
                    self.health.received(
                        stream.topic, cdr, self.now_ns, self.wall_ns, self.wall_ns
                    )
            self.wait(self.wall_step_ns)
        return self

    def wait(self, wall_ns):
        """Let only wall time pass, while the recorder looks."""
        until_ns = self.wall_ns + wall_ns
        while self.wall_ns < until_ns:
            self.wall_ns = min(self.wall_ns + LOOK_NS, until_ns)
            self.health.look(self.now_ns, self.wall_ns, every_ns=LOOK_NS)
            found = self.health.findings(self.now_ns, self.wall_ns, ALARM_GRACE_S)
            self.alarms |= {(f.topic, f.cause) for f in found}

    def problems(self):
        return [f.text for f in self.health.findings(self.now_ns, self.wall_ns)]


@pytest.mark.parametrize("fps", [3, 5, 13, 100])
def test_a_simulator_of_any_pace_is_ready_and_raises_no_alarm(fps):
    carla = Simulator(fps).run(40)
    assert carla.problems() == []
    carla.run(60)
    assert carla.alarms == set()


def test_a_bridge_that_waits_a_second_for_each_command_is_ready_in_ten():
    carla = Simulator(1).run(9)
    assert carla.problems() == [] and carla.alarms == set()


def test_its_rate_is_known_after_a_few_frames():
    carla = Simulator(5).run(7)
    image, speed = carla.problems()
    assert f"{IMAGE.topic} comes since 0.3 s, and its rate is known after" in image
    assert "s of simulated time; wait for it" in speed
    assert carla.run(1).problems() == []


def test_a_camera_of_half_the_contracts_rate_is_refused_in_simulated_time():
    (problem,) = Simulator(5).run(40, without=IMAGE.topic, every=2).problems()
    assert f"{IMAGE.topic} comes at 10.0 Hz of simulated time, and the contract says 20" in problem


@pytest.mark.parametrize(("fps", "frames"), [(5, 9), (1, 6)])
def test_a_camera_that_dies_is_an_alarm_while_its_simulator_goes_on(fps, frames):
    """After 0.4 s of its time, or 5 s of ours."""
    carla = Simulator(fps).run(40)
    carla.run(frames - 2, without=IMAGE.topic)
    assert carla.alarms == set()
    carla.run(2, without=IMAGE.topic)
    assert carla.alarms == {(IMAGE.topic, "silent")}


def test_a_simulator_that_stands_for_long_is_an_alarm_and_for_a_bridges_second_none():
    carla = Simulator(13).run(40)
    carla.wait(4 * S)
    assert carla.alarms == set()
    carla.wait(2 * S)
    assert (CLOCK_TOPIC, "stalled") in carla.alarms


def test_a_world_that_is_loaded_anew_is_ready_again():
    carla = Simulator(5).run(100)
    carla.now_ns = 0
    carla.run(6)
    assert any("its rate is known after" in p for p in carla.problems())
    carla.run(6)
    assert carla.problems() == []


def test_a_recorder_that_is_held_up_by_a_fast_simulator_raises_no_alarm():
    carla = Simulator(100).run(200)
    for _ in range(3):
        # The clock is there before the frames that wait: 0.6 s of its time, 0.12 s of ours.
        carla.run(12, without=IMAGE.topic)
        for before in reversed(range(12)):
            stamp_ns = carla.now_ns - before * CARLA.period_ns
            cdr = IMAGE.encode(np.zeros(IMAGE.shape, np.uint8), stamp_ns)
            carla.health.received(IMAGE.topic, cdr, carla.now_ns, carla.wall_ns, carla.wall_ns)
        carla.run(100)
    assert carla.alarms == set()


def test_a_camera_that_becomes_slow_is_an_alarm_whatever_the_simulators_pace():
    carla = Simulator(100).run(200)
    carla.run(30, without=IMAGE.topic, every=2)
    assert carla.alarms == set()
    carla.run(100, without=IMAGE.topic, every=2)
    assert carla.alarms == {(IMAGE.topic, "low")}
