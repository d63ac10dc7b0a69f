"""Alarms within half a second: each fault is played to a recorder's monitor and timed."""

import logging
import shutil
import time

import numpy as np
import pytest

from afil_core.bags import OfferedQos
from afil_core.commander import Commander, encode_commander
from afil_core.episodes import list_set_aside
from afil_core.testing import HOME
from afil_teleop.recording.clock_watch import ClockWatch
from afil_teleop.recording.control import RecordingControl
from afil_teleop.recording.disk import DiskWatch
from afil_teleop.recording.extras import ExtraTopics
from afil_teleop.recording.graph import Publisher
from afil_teleop.recording.parameters import RecordParameters
from afil_teleop.recording.preflight import Preflight

S = 1_000_000_000
START_NS = 1_700_000_000 * S
IMAGE = "/camera/camera/color/image_raw"
POSE = "/target_pose"


class Bench:
    """A recorder in front of a robot on paper, in steps of 10 ms."""

    def __init__(self, folder, contract, **given):
        self.said = []
        self.control = RecordingControl(
            RecordParameters(dataset=str(folder / "demos"), instruction="lift it", **given),
            contract,
            None,
            None,
            lambda level, line: self.said.append((level, self.passed_s, line)),
            sim_time=False,
        )
        self.control.know(
            {
                topic: (Publisher("/driver", kind, OfferedQos(1, 2)),)
                for topic, (kind, _) in contract.topics().items()
            }
        )
        self.now_ns, self.wall_ns, self.fault_ns, self.step = START_NS, S, S, 0

    @property
    def passed_s(self):
        return (self.wall_ns - self.fault_ns) / S

    def play(self, seconds, robot, change=lambda topic, cdr, step: cdr, pose=HOME):
        self.fault_ns = self.wall_ns
        for _ in range(round(seconds * 100)):
            self.wall_ns += S // 100
            self.now_ns += S // 100
            self.step += 1
            if self.step % 10 == 0:
                shade = np.full((240, 320, 3), self.step // 10 % 200, np.uint8)
                sent = robot.by_topic(self.now_ns, {"front_image": shade})
                for topic, cdr in [*sent, *robot.command(self.now_ns, pose)]:
                    made = change(topic, cdr, self.step // 10)
                    if made is not None:
                        self.control.received(topic, made, self.now_ns, self.wall_ns, self.now_ns)
            if self.step % 10 == 5:
                self.control.look(self.now_ns, self.wall_ns)

    def alarms(self):
        return [(at, line) for level, at, line in self.said if level == logging.ERROR]


@pytest.fixture
def bench(tmp_path, franka, robot):
    made = Bench(tmp_path, franka)
    made.play(3, robot)
    assert made.control.session.start().accepted
    made.play(3, robot)
    assert not made.alarms()
    return made


def dies(topic, cdr, step):
    return None if topic == IMAGE else cdr


def freezes(topic, cdr, step):
    return cdr[:12] + bytes(len(cdr) - 12) if topic == IMAGE else cdr


def slows(topic, cdr, step):
    return None if topic == IMAGE and step % 3 else cdr


@pytest.mark.parametrize(
    ("change", "within_s", "words"),
    [
        (dies, 0.5, [IMAGE, "has been silent", "check its driver and its cable"]),
        (slows, 1.3, [IMAGE, "Hz, and came at 10.0 Hz"]),
    ],
)
def test_a_gap_and_a_low_rate_are_said_and_pass(bench, robot, change, within_s, words):
    bench.play(2, robot, change)
    at, line = bench.alarms()[0]
    assert at <= within_s + 1e-6 and all(word in line for word in words), (at, line)
    bench.play(2, robot)
    assert bench.control.session.save(success=True).accepted


def test_a_picture_that_stands_still_is_said_and_costs_the_success_when_it_lasts(
    bench, robot, tmp_path
):
    picture = dict(robot.by_topic(1))[IMAGE]
    bench.play(0.9, robot, lambda t, cdr, _: cdr[:12] + picture[12:] if t == IMAGE else cdr)
    (at, line), *_ = bench.alarms()
    assert at <= 0.6 and f"{IMAGE} shows one and the same picture" in line
    bench.play(1, robot)
    assert not bench.control.alarms.grave
    bench.play(3, robot, lambda t, cdr, _: cdr[:12] + picture[12:] if t == IMAGE else cdr)
    bench.play(1, robot)
    assert not bench.control.session.save(success=True).accepted
    (episode,) = list_set_aside(tmp_path / "demos")
    assert "one and the same picture" in episode.metadata.set_aside[0]


@pytest.mark.parametrize(("away_s", "way"), [(-2, "back by 2.0"), (5, "forward by 5.0")])
def test_a_clock_that_is_set_either_way_is_said_at_once(bench, robot, away_s, way):
    bench.now_ns += away_s * S
    bench.play(1, robot)
    at, line = min((a, ln) for a, ln in bench.alarms() if "host's clock was set" in ln)
    assert at <= 0.2 and way in line


@pytest.mark.parametrize(
    ("away", "words"),
    [
        ([0.3, 0, 0, 0, 0, 0, 0], ["outside of the workspace", "action.limits"]),
        ([0.12, 0, 0, 0, 0, 0, 0], ["step is 0.120 m long", "max_translation_m"]),
    ],
)
def test_commands_beyond_the_limits_are_said_at_once_and_cost_the_success(
    bench, robot, away, words
):
    bench.play(0.3, robot, pose=HOME + np.array(away))
    at, line = bench.alarms()[0]
    assert at <= 0.2 and POSE in line and all(word in line for word in words), (at, line)
    bench.play(3, robot, pose=HOME + np.array(away))
    assert bench.control.alarms.grave


def test_who_takes_over_may_start_elsewhere_and_nobody_else_may(bench, robot):
    def say(commander):
        cdr = encode_commander(commander)
        bench.control.received("/commander", cdr, bench.now_ns, bench.wall_ns, bench.now_ns + 1)

    ahead = HOME + [0.12, 0, 0, 0, 0, 0, 0]
    say(Commander.POLICY)
    say(Commander.HUMAN)
    bench.play(1, robot, pose=ahead)
    say(Commander.POLICY)
    bench.play(1, robot)
    assert not bench.alarms() and not bench.control.alarms.grave
    say(Commander.POLICY)
    bench.play(1, robot, pose=ahead)
    assert any("step is 0.120 m long" in text for text in bench.control.alarms.grave)
    assert bench.alarms()[0][0] <= 0.5


def test_a_disk_that_refuses_is_said_once_and_sets_the_episode_aside(
    bench, robot, tmp_path, monkeypatch
):
    with monkeypatch.context() as patch:
        patch.setattr(
            "afil_core.bags.mcap_file.os.writev",
            lambda *_: (_ for _ in ()).throw(OSError(28, "no")),
        )
        bench.play(2, robot)
        said: list[str] = []
        end_s = time.monotonic() + 20
        while not said and time.monotonic() < end_s:  # a thread writes
            time.sleep(0.02)
            bench.play(0.1, robot)
            said = [line for _, line in bench.alarms() if "cannot be written" in line]
        assert 1 <= len(said) <= 2 and "free some space" in said[0]
        assert "cannot save" in bench.control.session.save(success=True).message
    assert "set aside" in bench.control.session.save(success=True).message
    (episode,) = list_set_aside(tmp_path / "demos")
    assert "free some space" in episode.metadata.set_aside[-1]


def test_a_disk_without_room_for_the_session_is_a_problem_before_it(tmp_path, monkeypatch):
    disk = DiskWatch(tmp_path / "demos", minutes=5)
    for k in range(10):
        disk.look(k * S, k * 80_000_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(2, 1, 10**10))
    (problem,) = disk.findings(before_start=True)
    assert "10000 MB left, room for 125 s at 80.0 MB/s, less than session_min:=5" in problem.text
    assert disk.findings(before_start=False) == []
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(2, 1, 10**9))
    assert "room for 12 s" in disk.findings(before_start=False)[0].text


def test_a_simulated_clock_that_stalls_and_a_recorder_that_is_late_are_said():
    clock = ClockWatch("/clock")
    for k in range(10):
        clock.look(min(k, 3) * S // 10, (k + 10) * S)
    assert clock.findings(17 * S) == []
    (finding,) = clock.findings(19 * S)
    assert finding.cause == "stalled" and "/clock stands still for 6.0 s" in finding.text
    host = ClockWatch()
    host.look(S, S, every_ns=S // 10)
    host.look(2 * S, 2 * S, every_ns=S // 10)
    assert [f.cause for f in host.findings(2 * S)] == ["late"]


def test_pre_flight_alone_ends_with_what_it_found(bench, franka, tmp_path, robot):
    ready = Bench(tmp_path / "a", franka, preflight="only")
    ready.play(4, robot)
    for wall_s in (0, 1, 2, 3):
        ready.control.tick(wall_s)
    assert ready.control.is_over and ready.control.exit_code == 0
    assert any("ready to record" in line for _, _, line in ready.said)
    said = []
    bad = Preflight(lambda: ["/x is dead"], {}, lambda level, line: said.append(line))
    for wall_s in range(0, 9, 3):
        bad.tick(wall_s)
    assert bad.exit_code is None
    bad.tick(11)
    assert bad.exit_code == 1 and said == ["/x is dead", "pre-flight: 1 problem(s)"]


def test_all_topics_are_found_but_the_hidden_and_the_recorders_own():
    extras = ExtraTopics({}, ["/image"], everything=True)
    extras.discover(["/image", "/odom", "/_hidden", "/a/_b", "/rec/status", "/map"], "/rec")
    assert extras.discovered == ["/map", "/odom"]
    graph = {
        "/odom": (Publisher("/n", "nav_msgs/msg/Odometry", OfferedQos(2, 2)),),
        "/map": (Publisher("/n", "nav_msgs/msg/OccupancyGrid", OfferedQos(1, 1)),),
    }
    added = []
    found = extras.learn(graph, lambda *topic: added.append(topic), print)
    assert found == added and [t for t, _, _ in found] == ["/map", "/odom"]
    assert found[0][2].durability == "transient_local"
    assert found[1][2].reliability == "best_effort"
    assert extras.learn(graph, lambda *topic: added.append(topic), print) == []
