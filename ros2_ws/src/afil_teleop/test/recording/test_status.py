"""A recorder's status as others read it."""

from pathlib import Path

import pytest

from afil_core import messages
from afil_teleop.recording.gaps import GapCounter
from afil_teleop.recording.session import Phase
from afil_teleop.recording.status import DIAGNOSTICS_TYPE, STATUS_TYPE, Arrivals, RecorderStatus

SECOND = 1_000_000_000


@pytest.fixture
def gap() -> GapCounter:
    counter = GapCounter(10.0)
    for stamp_s in (0.0, 0.1, 0.6):
        counter.add(round(stamp_s * SECOND))
    return counter


def make(dataset: Path, gaps: dict[str, GapCounter]) -> RecorderStatus:
    counts = {"/image": 3}
    return RecorderStatus("record_node", "franka", Phase.RECORDING, "e1", 7, dataset, counts, gaps)


def test_it_tells_how_each_topic_arrives(tmp_path, gap):
    arrivals = Arrivals(["/image", "/silent"])
    status = make(tmp_path / "not" / "there" / "yet", {"/image": gap})
    status.encode(0, arrivals, 0)
    for index in range(20):
        arrivals.add("/image", index * SECOND // 10)
    arrivals.lost["/image"] = 4
    cdr = status.encode(5 * SECOND, arrivals, 2 * SECOND)
    read = messages.deserialize(cdr, STATUS_TYPE)
    assert (read.stamp.sec, read.episode, read.episodes) == (5, "e1", 7)
    assert read.phase == read.RECORDING and read.disk_free_bytes > 0
    image, silent = read.topics
    assert (image.topic, image.count, image.rate_hz) == ("/image", 3, 10.0)
    assert image.age == pytest.approx(0.1)
    assert (image.gaps, image.max_gap, image.dropped) == (1, 0.5, 4)
    assert (silent.topic, silent.rate_hz, silent.age) == ("/silent", 0.0, -1.0)
    assert messages.deserialize(status.encode(0, arrivals, 3 * SECOND), STATUS_TYPE).topics[
        0
    ].rate_hz == pytest.approx(0.0), "rates are of the time since the last status"


def test_diagnostics_warn_of_gaps(tmp_path, gap):
    cdr = make(tmp_path, {"/image": gap, "/whole": GapCounter(10.0)}).diagnostics(0)
    entry = messages.deserialize(cdr, DIAGNOSTICS_TYPE).status[0]
    assert (entry.level, entry.name, entry.message) == (1, "record_node: recorder", "recording")
    assert {v.key: v.value for v in entry.values} == {
        "episode": "e1",
        "/image": "3",
        "/image gaps": "1 gap(s), the longest 0.50 s",
    }
