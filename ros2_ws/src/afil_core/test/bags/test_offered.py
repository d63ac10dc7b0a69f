"""The quality of service that a bag keeps is what was offered."""

import pytest
from rosbags.interfaces import QosDurability, QosHistory, QosReliability
from rosbags.rosbag2 import Reader

from afil_core.bags import BagWriter, OfferedQos
from afil_core.codecs import encode_string
from afil_core.topics import Qos

STRING = "std_msgs/msg/String"
ASKED = Qos(reliability="best_effort", depth=5)
OFFERED = OfferedQos(reliability=1, durability=1, deadline_ns=250_000_000)


def profiles(path):
    with Reader(path) as reader:
        (connection,) = reader.connections
    return connection.ext.offered_qos_profiles


def write(path, offered):
    writer = BagWriter(path)
    writer.add_topic("/a", STRING, ASKED, offered)
    writer.write("/a", encode_string("x"), 1)
    writer.close()
    return profiles(path)


def test_every_publishers_profile_is_kept(tmp_path):
    first, second = write(tmp_path / "bag", [OFFERED, OfferedQos(reliability=2, durability=2)])
    assert first.reliability is QosReliability.RELIABLE
    assert first.durability is QosDurability.TRANSIENT_LOCAL
    assert first.history is QosHistory.UNKNOWN and first.depth == 0
    assert (first.deadline.sec, first.deadline.nsec) == (0, 250_000_000)
    assert second.reliability is QosReliability.BEST_EFFORT
    assert (second.lifespan.sec, second.lifespan.nsec) == (9223372036, 854775807)


def test_without_a_publisher_it_is_what_was_asked_for(tmp_path):
    (profile,) = write(tmp_path / "bag", [])
    assert profile.reliability is QosReliability.BEST_EFFORT
    assert profile.durability is QosDurability.VOLATILE
    assert (profile.history, profile.depth) == (QosHistory.KEEP_LAST, 5)


@pytest.mark.parametrize(
    ("asked", "offered", "missing"),
    [
        (("reliable", "volatile"), (2, 2), "reliable"),
        (("reliable", "transient_local"), (1, 2), "transient local"),
        (("reliable", "transient_local"), (1, 1), ""),
        (("reliable", "volatile"), (1, 1), ""),
        (("best_effort", "volatile"), (1, 2), ""),
        (("best_effort", "volatile"), (2, 2), ""),
    ],
)
def test_what_a_subscriber_would_miss_is_named(asked, offered, missing):
    qos = Qos(reliability=asked[0], durability=asked[1])
    assert OfferedQos(*offered).missing_for(qos) == missing
