"""The graph as ROS tells it."""

from types import SimpleNamespace

from rclpy.duration import Duration
from rclpy.qos import DurabilityPolicy, QoSProfile, ReliabilityPolicy

from afil_core.bags import OfferedQos
from afil_teleop.recording.graph import Publisher, offers, publishers


def test_a_publisher_has_its_full_name_its_type_and_what_it_offers():
    profile = QoSProfile(
        depth=7,
        reliability=ReliabilityPolicy.BEST_EFFORT,
        durability=DurabilityPolicy.TRANSIENT_LOCAL,
        deadline=Duration(seconds=2),
    )
    infos = [
        SimpleNamespace(
            node_name="camera", node_namespace=space, topic_type="a/msg/B", qos_profile=profile
        )
        for space in ("/", "/left")
    ]
    qos = OfferedQos(
        2, 1, history=1, depth=7, liveliness=0, deadline_ns=2 * 10**9,
        lifespan_ns=profile.lifespan.nanoseconds,
        lease_ns=profile.liveliness_lease_duration.nanoseconds,
    )  # fmt: skip
    found = publishers(infos)
    assert found == (
        Publisher("/camera", "a/msg/B", qos),
        Publisher("/left/camera", "a/msg/B", qos),
    )
    assert offers({"/t": found}) == {"/t": (qos, qos)}
