import pytest
from sensor_msgs.msg import Image
from std_msgs.msg import Int32, String

from rclpy.duration import Duration
from rclpy.event_handler import PublisherEventCallbacks, SubscriptionEventCallbacks
from rclpy.exceptions import InvalidTopicNameException
from rclpy.qos import (
    DurabilityPolicy,
    HistoryPolicy,
    LivelinessPolicy,
    QoSPolicyKind,
    QoSProfile,
    qos_profile_best_available,
    qos_profile_sensor_data,
)
from rclpy.serialization import deserialize_message, serialize_message
from rclpy.utilities import get_rmw_implementation_identifier
from rclpy.wait_for_message import wait_for_message


def exchange(ros, name, publisher_qos, subscription_qos, count=5, kind=Int32):
    got = []
    subscription = ros.other.create_subscription(
        kind, f"/{name}", lambda message: got.append(message.data), subscription_qos
    )
    publisher = ros.node.create_publisher(kind, f"/{name}", publisher_qos)
    return got, publisher, subscription


def test_messages_arrive_in_order(ros, name):
    got, publisher, _ = exchange(ros, name, 10, 10)
    assert ros.matched(publisher)
    for index in range(5):
        publisher.publish(Int32(data=index))
    assert ros.spin_until(lambda: got == [0, 1, 2, 3, 4])


def test_bytes_are_published_as_they_are(ros, name):
    got, publisher, _ = exchange(ros, name, 10, 10, kind=String)
    assert ros.matched(publisher)
    publisher.publish(serialize_message(String(data="raw")))
    assert ros.spin_until(lambda: got == ["raw"])


def test_raw_subscriptions_get_bytes(ros, name):
    got = []
    ros.other.create_subscription(String, f"/{name}", got.append, 10, raw=True)
    publisher = ros.node.create_publisher(String, f"/{name}", 10)
    assert ros.matched(publisher)
    publisher.publish(String(data="hello"))
    assert ros.spin_until(lambda: got)
    assert isinstance(got[0], bytes)
    assert deserialize_message(got[0], String).data == "hello"


def test_callbacks_with_two_arguments_get_message_info(ros, name):
    got = []
    ros.other.create_subscription(String, f"/{name}", lambda m, info: got.append(info), 10)
    publisher = ros.node.create_publisher(String, f"/{name}", 10)
    assert ros.matched(publisher)
    publisher.publish(String())
    assert ros.spin_until(lambda: got)
    assert got[0]["source_timestamp"] > 0 and "received_timestamp" in got[0]


def test_callbacks_that_take_no_message_are_refused(ros, name):
    with pytest.raises(RuntimeError, match="callback should be"):
        ros.node.create_subscription(String, name, lambda: None, 10)


def test_a_big_image_arrives_whole(ros, name):
    got = []
    ros.other.create_subscription(Image, f"/{name}", got.append, 1)
    publisher = ros.node.create_publisher(Image, f"/{name}", 1)
    assert ros.matched(publisher)
    data = bytes(range(256)) * 3600
    publisher.publish(Image(height=480, width=640, encoding="rgb8", step=1920, data=data))
    assert ros.spin_until(lambda: got)
    assert got[0].data.tobytes() == data


def test_publishing_another_type_raises(ros, name):
    publisher = ros.node.create_publisher(String, name, 10)
    with pytest.raises(TypeError):
        publisher.publish(Int32())


def test_depth_keeps_the_last_messages(ros, name):
    got, publisher, _ = exchange(ros, name, QoSProfile(depth=2), QoSProfile(depth=2))
    assert ros.matched(publisher)
    for index in range(10):
        publisher.publish(Int32(data=index))
    publisher.wait_for_all_acked(Duration(seconds=2))
    assert ros.spin_until(lambda: len(got) >= 2)
    ros.spin_for(0.2)
    assert got == [8, 9]


def test_keep_all_keeps_everything(ros, name):
    everything = QoSProfile(history=HistoryPolicy.KEEP_ALL)
    got, publisher, _ = exchange(ros, name, everything, everything)
    assert ros.matched(publisher)
    for index in range(200):
        publisher.publish(Int32(data=index))
    assert ros.spin_until(lambda: len(got) == 200)


def test_late_subscriptions_get_transient_local_messages(ros, name):
    latched = QoSProfile(depth=2, durability=DurabilityPolicy.TRANSIENT_LOCAL)
    publisher = ros.node.create_publisher(Int32, f"/{name}", latched)
    for index in range(4):
        publisher.publish(Int32(data=index))
    got = []
    ros.other.create_subscription(Int32, f"/{name}", lambda m: got.append(m.data), latched)
    assert ros.spin_until(lambda: got == [2, 3])


def test_late_volatile_subscriptions_get_nothing(ros, name):
    latched = QoSProfile(depth=2, durability=DurabilityPolicy.TRANSIENT_LOCAL)
    publisher = ros.node.create_publisher(Int32, f"/{name}", latched)
    publisher.publish(Int32(data=1))
    got = []
    ros.other.create_subscription(Int32, f"/{name}", lambda m: got.append(m.data), 10)
    assert ros.matched(publisher)
    ros.spin_for(0.2)
    assert got == []


def test_best_effort_publisher_does_not_reach_reliable_subscription(ros, name):
    _, publisher, subscription = exchange(ros, name, qos_profile_sensor_data, 10)
    ros.spin_for(0.3)
    assert publisher.get_subscription_count() == 0
    assert subscription.get_publisher_count() == 0


def test_reliable_publisher_reaches_best_effort_subscription(ros, name):
    got, publisher, _ = exchange(ros, name, 10, qos_profile_sensor_data)
    assert ros.matched(publisher)
    publisher.publish(Int32(data=7))
    assert ros.spin_until(lambda: got == [7])


def test_incompatible_qos_events_name_the_policy(ros, name):
    offered, requested = [], []
    ros.node.create_publisher(
        Int32, f"/{name}", qos_profile_sensor_data,
        event_callbacks=PublisherEventCallbacks(incompatible_qos=offered.append),
    )  # fmt: skip
    ros.other.create_subscription(
        Int32, f"/{name}", lambda m: None, 10,
        event_callbacks=SubscriptionEventCallbacks(incompatible_qos=requested.append),
    )  # fmt: skip
    assert ros.spin_until(lambda: offered and requested)
    assert offered[0].last_policy_kind == QoSPolicyKind.RELIABILITY
    assert requested[0].last_policy_kind == QoSPolicyKind.RELIABILITY
    assert requested[0].total_count >= 1


def test_deadline_events_tell_both_sides(ros, name):
    offered, requested = [], []
    qos = QoSProfile(depth=1, deadline=Duration(seconds=0.1))
    publisher = ros.node.create_publisher(
        Int32, f"/{name}", qos, event_callbacks=PublisherEventCallbacks(deadline=offered.append)
    )
    ros.other.create_subscription(
        Int32, f"/{name}", lambda m: None, qos,
        event_callbacks=SubscriptionEventCallbacks(deadline=requested.append),
    )  # fmt: skip
    assert ros.matched(publisher)
    publisher.publish(Int32())
    assert ros.spin_until(lambda: offered and requested)
    assert requested[0].total_count >= 1


@pytest.mark.parametrize("kind", ["AUTOMATIC", "MANUAL_BY_TOPIC"])
def test_liveliness_events_follow_the_publisher(ros, name, kind):
    if kind == "AUTOMATIC" and "fastrtps" in get_rmw_implementation_identifier():
        pytest.skip("Fast DDS does not watch automatic publishers of its own process")
    seen = []
    qos = QoSProfile(
        depth=1,
        liveliness=LivelinessPolicy[kind],
        liveliness_lease_duration=Duration(seconds=1),
    )
    ros.other.create_subscription(
        Int32, f"/{name}", lambda m: None, qos,
        event_callbacks=SubscriptionEventCallbacks(liveliness=seen.append),
    )  # fmt: skip
    publisher = ros.node.create_publisher(Int32, f"/{name}", qos)
    assert ros.matched(publisher)
    publisher.publish(Int32())  # A manual one is alive from here on.
    assert ros.spin_until(lambda: seen and seen[-1].alive_count == 1)
    ros.node.destroy_publisher(publisher)
    assert ros.spin_until(lambda: seen[-1].alive_count == 0)


def test_manual_liveliness_is_lost_without_assertion(ros, name):
    lost = []
    qos = QoSProfile(
        depth=1, liveliness=LivelinessPolicy.MANUAL_BY_TOPIC,
        liveliness_lease_duration=Duration(seconds=0.2),
    )  # fmt: skip
    publisher = ros.node.create_publisher(
        Int32, f"/{name}", qos, event_callbacks=PublisherEventCallbacks(liveliness=lost.append)
    )
    publisher.assert_liveliness()
    assert ros.spin_until(lambda: lost)


def test_matched_events_count_counterparts(ros, name):
    seen = []
    publisher = ros.node.create_publisher(
        Int32, f"/{name}", 1, event_callbacks=PublisherEventCallbacks(matched=seen.append)
    )
    subscription = ros.other.create_subscription(Int32, f"/{name}", lambda m: None, 1)
    assert ros.spin_until(lambda: seen and seen[-1].current_count == 1)
    ros.other.destroy_subscription(subscription)
    assert ros.spin_until(lambda: seen[-1].current_count == 0)
    assert publisher.get_subscription_count() == 0


def test_counts_of_counterparts(ros, name):
    _, publisher, subscription = exchange(ros, name, 10, 10)
    assert ros.matched(publisher)
    assert ros.spin_until(lambda: subscription.get_publisher_count() == 1)


def test_topic_name_is_absolute(ros, name):
    publisher = ros.other.create_publisher(String, name, 1)
    subscription = ros.other.create_subscription(String, name, lambda m: None, 1)
    assert publisher.topic_name == subscription.topic_name == f"/elsewhere/{name}"
    assert publisher.topic == subscription.topic == name


def test_private_names_are_below_the_node(ros):
    assert ros.other.resolve_topic_name("~/x") == "/elsewhere/other/x"


def test_invalid_topic_names_are_refused(ros):
    with pytest.raises(InvalidTopicNameException):
        ros.node.create_publisher(String, "bad topic", 1)


def test_a_class_that_is_no_message_is_refused(ros, name):
    with pytest.raises(Exception, match="."):
        ros.node.create_publisher(int, name, 1)


def test_a_negative_depth_is_refused(ros, name):
    with pytest.raises(ValueError, match="greater than or equal to zero"):
        ros.node.create_publisher(String, name, -1)


def test_destroyed_subscriptions_get_nothing(ros, name):
    got, publisher, subscription = exchange(ros, name, 10, 10)
    assert ros.matched(publisher)
    assert ros.other.destroy_subscription(subscription)
    publisher.publish(Int32(data=1))
    ros.spin_for(0.2)
    assert got == []


def test_destroyed_publishers_publish_no_more(ros, name):
    publisher = ros.node.create_publisher(String, name, 1)
    assert ros.node.destroy_publisher(publisher)
    with pytest.raises(RuntimeError, match="destruction was requested"):
        publisher.publish(String())


def test_best_available_takes_what_is_offered(ros, name):
    got = []
    publisher = ros.node.create_publisher(Int32, f"/{name}", qos_profile_sensor_data)
    assert ros.spin_until(lambda: ros.other.count_publishers(f"/{name}") == 1)
    ros.other.create_subscription(
        Int32, f"/{name}", lambda m: got.append(m.data), qos_profile_best_available
    )
    assert ros.matched(publisher)
    publisher.publish(Int32(data=3))
    assert ros.spin_until(lambda: got == [3])


def test_wait_for_message_returns_it(ros, name):
    node = ros.rclpy.create_node("waiting")
    latched = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
    ros.node.create_publisher(String, f"/{name}", latched).publish(String(data="there"))
    found, message = wait_for_message(
        String, node, f"/{name}", qos_profile=latched, time_to_wait=5.0
    )
    assert found and message.data == "there"
    node.destroy_node()


def test_wait_for_message_gives_up(ros, name):
    node = ros.rclpy.create_node("waiting")
    assert wait_for_message(String, node, f"/{name}", time_to_wait=0.1) == (False, None)
    node.destroy_node()


def test_publisher_waits_for_acknowledgement(ros, name):
    _, publisher, _ = exchange(ros, name, 10, 10)
    assert ros.matched(publisher)
    publisher.publish(Int32())
    assert publisher.wait_for_all_acked(Duration(seconds=2))
