"""The observation buffer: what a policy may look at, and the same as a reader sees."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from afil_core.bags import read_bag
from afil_core.contract import Contract
from afil_core.episodes import Episode
from afil_core.testing import HOME, PERIOD_NS, FrankaOnPaper, record_franka
from afil_policy.deploy.observations import ObservationBuffer, Snapshot


def send(buffer: ObservationBuffer, robot: FrankaOnPaper, k: int) -> Snapshot | None:
    snapshot = None
    for name, cdr in robot.observations(k * PERIOD_NS).items():
        assert buffer.receive(name, cdr, k * PERIOD_NS) is None
        snapshot, _ = buffer.poll(k * PERIOD_NS)
    return snapshot


def test_a_bag_that_is_replayed_gives_what_training_reads_bit_for_bit(tmp_path: Path) -> None:
    episode = Episode(record_franka(tmp_path, 8))
    buffer = ObservationBuffer(episode.contract)
    names = {s.topic: s.name for s in episode.contract.observations}
    seen = {}
    for topic, log_time_ns, cdr in read_bag(episode.path, names):
        assert buffer.receive(names[topic], cdr, log_time_ns) is None
        snapshot, problems = buffer.poll(log_time_ns)
        assert problems == []
        if snapshot is not None:
            seen[snapshot.stamp_ns] = snapshot.observations
    steps = list(episode.steps())
    assert [step.stamp_ns for step in steps] == list(seen)
    for step in steps:
        for name, value in step.observations.items():
            np.testing.assert_array_equal(seen[step.stamp_ns][name], value)


def test_what_nobody_looks_at_is_neither_kept_nor_waited_for(contract: Contract) -> None:
    buffer = ObservationBuffer(contract, ("ee_pose",))
    assert set(buffer.streams) == {"ee_pose", "front_image"}
    robot = FrankaOnPaper(contract)
    for name, cdr in robot.observations(PERIOD_NS, without=("gripper_width",)).items():
        assert buffer.receive(name, cdr, PERIOD_NS) is None
    snapshot, problems = buffer.poll(PERIOD_NS)
    assert snapshot is not None
    assert set(snapshot.observations) == {"ee_pose", "front_image"}
    assert problems == []


def test_after_a_long_silence_the_history_begins_anew(contract: Contract) -> None:
    buffer = ObservationBuffer(contract, frames=3)
    robot = FrankaOnPaper(contract)
    lengths = []
    for k in (1, 2, 3, 4, 9, 15, 16):
        snapshot = send(buffer, robot, k)
        assert snapshot is not None
        lengths.append(len(snapshot.history))
    assert lengths == [1, 2, 3, 3, 3, 1, 2]


def test_a_frame_keeps_the_time_of_its_own_arrival(contract: Contract) -> None:
    wall = [5.0]
    buffer = ObservationBuffer(contract, wall_s=lambda: wall[0])
    robot = FrankaOnPaper(contract)
    sent = robot.observations(PERIOD_NS)
    pose = sent.pop("ee_pose")
    for name, cdr in sent.items():
        buffer.receive(name, cdr, PERIOD_NS)
    assert buffer.poll(PERIOD_NS) == (None, [])
    wall[0] = 5.03
    late = robot.observations(PERIOD_NS + 20_000_000)["front_image"]
    buffer.receive("front_image", late, PERIOD_NS + 20_000_000)
    buffer.receive("ee_pose", pose, PERIOD_NS + 20_000_000)
    snapshot, _ = buffer.poll(PERIOD_NS + 20_000_000)
    assert snapshot is not None
    assert (snapshot.stamp_ns, snapshot.arrived_s) == (PERIOD_NS, 5.0)


def test_fresh_values_are_whole_and_young(contract: Contract) -> None:
    wall = [5.0]
    buffer = ObservationBuffer(contract, wall_s=lambda: wall[0])
    send(buffer, FrankaOnPaper(contract), 1)
    streams = ("ee_pose", "gripper_width")
    np.testing.assert_array_equal(buffer.fresh(streams)["ee_pose"], HOME)
    buffer.receive("ee_pose", b"\x00\x01\x00\x00abc", 2 * PERIOD_NS)
    assert set(buffer.fresh(streams)) == {"gripper_width"}
    wall[0] += 1.0
    assert buffer.fresh(streams) == {}


def test_a_fault_of_a_clock_is_told_once_for_each_message(contract: Contract) -> None:
    buffer = ObservationBuffer(contract)
    sent = FrankaOnPaper(contract).observations(PERIOD_NS)
    for name, cdr in sent.items():
        assert "clock read 0" in (buffer.receive(name, cdr, 0) or "")
    for name, cdr in sent.items():
        assert buffer.receive(name, cdr, PERIOD_NS) is None
