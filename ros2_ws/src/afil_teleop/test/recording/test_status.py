"""A recorder's status as others read it."""

from pathlib import Path

import pytest

from afil_core import messages
from afil_core.contract import Contract
from afil_core.episodes.ledger import Ledger
from afil_teleop.recording.findings import Finding
from afil_teleop.recording.health import Health, Surroundings
from afil_teleop.recording.session import Phase
from afil_teleop.recording.status import STATUS_TYPE, RecorderStatus

S = 1_000_000_000
IMAGE = "/camera/camera/color/image_raw"


def make(contract: Contract, dataset: Path, stamps_s=(), problems=()) -> RecorderStatus:
    ledger = Ledger(contract)
    for stamp_s in stamps_s:
        ledger.add(IMAGE, round(stamp_s * S), round(stamp_s * S))
    watches = Health(contract, Surroundings()).watches
    found = tuple(Finding(IMAGE, "silent", text) for text in problems)
    return RecorderStatus(
        Phase.RECORDING,
        "e1",
        7,
        dataset,
        ledger,
        watches,
        found,
        instruction="lift it",
        bytes_per_episode=1e6,
    )


def test_it_tells_how_each_topic_arrives(franka, robot, tmp_path):
    status = make(franka, tmp_path / "not" / "there" / "yet", (0.0, 0.1, 0.6))
    watch = status.watches[IMAGE]
    image = dict(robot.by_topic(S))[IMAGE]
    for index in range(21):
        watch.add(image, S, S, index * S // 10, None)
    watch.lost = 4
    read = messages.deserialize(status.encode(5 * S, round(2.1 * S)), STATUS_TYPE)
    assert (read.stamp.sec, read.episode, read.episodes) == (5, "e1", 7)
    assert read.phase == read.RECORDING and read.disk_free_bytes > 0
    assert read.time == pytest.approx(0.6) and read.instruction == "lift it"
    assert read.episodes_left == read.disk_free_bytes // 1_000_000
    found = {topic.topic: topic for topic in read.topics}
    assert list(found) == list(franka.topics())
    seen, silent = found[IMAGE], found["/joint_states"]
    assert (seen.count, seen.rate_hz, seen.gaps, seen.dropped) == (3, 10.0, 1, 4)
    assert seen.age == pytest.approx(0.1) and seen.max_gap == pytest.approx(0.5)
    assert (silent.rate_hz, silent.age) == (0.0, -1.0)
    read = messages.deserialize(status.encode(0, 9 * S), STATUS_TYPE)
    assert {topic.rate_hz for topic in read.topics} == {0.0}, "nothing came since"


def test_what_is_wrong_and_what_was_lost_are_said(franka, tmp_path):
    assert make(franka, tmp_path, (0.0, 0.1)).is_well
    wrong = make(franka, tmp_path, (0.0, 0.1), ["/a is silent", "/b is frozen"])
    assert not wrong.is_well
    assert wrong.summary == "recording; /a is silent; /b is frozen"
    read = messages.deserialize(wrong.encode(0, 0), STATUS_TYPE)
    assert list(read.problems) == ["/a is silent", "/b is frozen"]
    assert {t.topic: t.problem for t in read.topics}[IMAGE] == "/a is silent; /b is frozen"
    gap = make(franka, tmp_path, (0.0, 0.1, 0.6))
    assert not gap.is_well
    assert gap.values[IMAGE] == "3"
    assert gap.values[f"{IMAGE} gaps"] == "1 gap(s), the longest 0.50 s"
    lost = make(franka, tmp_path)
    lost.watches[IMAGE].lost = 2
    assert not lost.is_well and lost.values[f"{IMAGE} lost"] == "2"
