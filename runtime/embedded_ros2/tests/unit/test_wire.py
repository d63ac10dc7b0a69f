"""Facts of the wire that a real ROS 2 host relies on, seen through the bare cyclonedds wheel."""

import struct
import subprocess
import sys
import time
from dataclasses import dataclass

import pytest
from cyclonedds.builtin import (
    BuiltinDataReader,
    BuiltinTopicDcpsParticipant,
    BuiltinTopicDcpsPublication,
)
from cyclonedds.core import Policy, Qos
from cyclonedds.domain import DomainParticipant
from cyclonedds.idl import IdlStruct
from cyclonedds.idl.types import int64, uint64
from cyclonedds.pub import DataWriter
from cyclonedds.sub import DataReader
from cyclonedds.topic import Topic
from cyclonedds.util import duration
from example_interfaces.srv import AddTwoInts
from std_msgs.msg import String

import rclpy
from embedded_ros2 import cdr
from rclpy.qos import DurabilityPolicy, QoSProfile

TALKER = """
import rclpy
from sensor_msgs.msg import JointState
rclpy.init()
publisher = rclpy.create_node("others").create_publisher(JointState, "typed_by_others", 1)
print("ready", flush=True)
import sys; sys.stdin.read()
"""


@dataclass
class Text(IdlStruct, typename="std_msgs::msg::dds_::String_"):
    data: str


@dataclass
class Request(IdlStruct, typename="example_interfaces::srv::dds_::AddTwoInts_Request_"):
    client_guid: uint64
    seq: int64
    a: int64
    b: int64


@dataclass
class Response(IdlStruct, typename="example_interfaces::srv::dds_::AddTwoInts_Response_"):
    client_guid: uint64
    seq: int64
    sum: int64


@pytest.fixture(scope="module")
def node():
    rclpy.init(args=[])
    node = rclpy.create_node("wired", namespace="/ns")
    yield node
    node.destroy_node()
    rclpy.shutdown()


@pytest.fixture(scope="module")
def foreign(node):
    return DomainParticipant(node.context.get_domain_id())


RELIABLE = Policy.Reliability.Reliable(duration(seconds=1))


def wait(condition, node=None, seconds=30.0):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        if node is None:
            time.sleep(0.01)
        else:
            rclpy.spin_once(node, timeout_sec=0.02)
    raise AssertionError("nothing came in time")


def publication(foreign, topic):
    reader = BuiltinDataReader(foreign, BuiltinTopicDcpsPublication)
    return wait(lambda: next((s for s in reader.take(200) if s.topic_name == topic), None))


def policy(sample, kind):
    return next(p for p in sample.qos if isinstance(p, kind))


def test_topics_are_mangled_and_typed(node, foreign):
    node.create_publisher(String, "chatter", 10)
    found = publication(foreign, "rt/ns/chatter")
    assert found.type_name == "std_msgs::msg::dds_::String_"


def test_without_namespace_conventions_the_full_name_is_on_the_wire(node, foreign):
    qos = QoSProfile(depth=1, avoid_ros_namespace_conventions=True)
    node.create_publisher(String, "bare", qos)
    heard = []
    node.create_subscription(String, "bare", heard.append, qos)
    assert publication(foreign, "/ns/bare")
    writer = DataWriter(foreign, Topic(foreign, "/ns/bare", Text), qos=Qos(RELIABLE))
    wait(writer.get_matched_subscriptions, node)
    writer.write(Text("from DDS"))
    assert wait(lambda: heard, node)[0].data == "from DDS"


def test_endpoints_carry_the_type_hash(node, foreign):
    node.create_publisher(String, "hashed", 10)
    data = policy(publication(foreign, "rt/ns/hashed"), Policy.Userdata).data
    assert data == (
        b"typehash=RIHS01_df668c740482bbd48fb39d76a70dfd4bd59db1288021743503259e948f6b1a18;"
    )


def test_what_others_say_of_their_types_is_not_kept(foreign):
    with subprocess.Popen(
        [sys.executable, "-c", TALKER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout.readline() == "ready\n"
            found = publication(foreign, "rt/typed_by_others")
        finally:
            process.stdin.close()
    # What Cyclone keeps, it looks through without a lock whenever a topic is made.
    assert found.type_id is None and found.type_name == "sensor_msgs::msg::dds_::JointState_"


def test_participants_carry_the_enclave(node, foreign):
    reader = BuiltinDataReader(foreign, BuiltinTopicDcpsParticipant)
    data = [
        p.data for s in wait(lambda: reader.take(50)) for p in s.qos
        if isinstance(p, Policy.Userdata)
    ]  # fmt: skip
    assert b"enclave=/;" in data


def test_transient_local_writers_have_a_durability_service(node, foreign):
    qos = QoSProfile(depth=3, durability=DurabilityPolicy.TRANSIENT_LOCAL)
    node.create_publisher(String, "latched", qos)
    found = publication(foreign, "rt/ns/latched")
    assert Policy.Durability.TransientLocal in found.qos


def test_foreign_reader_gets_our_messages(node, foreign):
    publisher = node.create_publisher(String, "out", 10)
    reader = DataReader(foreign, Topic(foreign, "rt/ns/out", Text), qos=Qos(RELIABLE))
    wait(publisher.get_subscription_count)
    wait(reader.get_matched_publications)
    publisher.publish(String(data="hello"))
    assert wait(lambda: reader.take())[0].data == "hello"


def test_foreign_writer_reaches_our_subscription(node, foreign):
    got = []
    node.create_subscription(String, "in", lambda m: got.append(m.data), 10)
    writer = DataWriter(foreign, Topic(foreign, "rt/ns/in", Text), qos=Qos(RELIABLE))
    wait(writer.get_matched_subscriptions, node)
    writer.write(Text("hello"))
    wait(lambda: got == ["hello"], node)


def test_a_writer_that_goes_away_is_no_message(node, foreign):
    got = []
    subscription = node.create_subscription(String, "leaving", got.append, 10)
    writer = DataWriter(foreign, Topic(foreign, "rt/ns/leaving", Text), qos=Qos(RELIABLE))
    wait(subscription.get_publisher_count, node)
    wait(writer.get_matched_subscriptions, node)
    writer.write(Text("x"))
    wait(lambda: got, node)
    writer.dispose(Text("x"))
    del writer
    wait(lambda: subscription.get_publisher_count() == 0, node)
    rclpy.spin_once(node, timeout_sec=0.1)
    assert len(got) == 1


def test_foreign_client_calls_our_service(node, foreign):
    def add(request, response):
        response.sum = request.a + request.b
        return response

    node.create_service(AddTwoInts, "add", add)
    writer = DataWriter(foreign, Topic(foreign, "rq/ns/addRequest", Request), qos=Qos(RELIABLE))
    reader = DataReader(foreign, Topic(foreign, "rr/ns/addReply", Response), qos=Qos(RELIABLE))
    wait(writer.get_matched_subscriptions, node)
    wait(reader.get_matched_publications, node)
    writer.write(Request(77, 5, 2, 3))
    reply = wait(lambda: reader.take(), node)[0]
    assert (reply.client_guid, reply.seq, reply.sum) == (77, 5, 5)


def test_our_client_calls_a_foreign_service(node, foreign):
    client = node.create_client(AddTwoInts, "there")
    reader = DataReader(foreign, Topic(foreign, "rq/ns/thereRequest", Request), qos=Qos(RELIABLE))
    writer = DataWriter(foreign, Topic(foreign, "rr/ns/thereReply", Response), qos=Qos(RELIABLE))
    assert client.wait_for_service(timeout_sec=5.0)
    wait(writer.get_matched_subscriptions)
    future = client.call_async(AddTwoInts.Request(a=4, b=5))
    asked = wait(lambda: reader.take(), node)[0]
    writer.write(Response(asked.client_guid + 1, asked.seq, 0))  # Meant for another client.
    writer.write(Response(asked.client_guid, asked.seq, asked.a + asked.b))
    wait(future.done, node)
    assert future.result().sum == 9


def test_the_node_is_announced_with_its_endpoints(node, foreign):
    from rclpy.impl.raw_types import topic_type

    name = "rmw_dds_common/msg/ParticipantEntitiesInfo"
    qos = Qos(RELIABLE, Policy.Durability.TransientLocal, Policy.History.KeepAll)
    kind = topic_type(name)
    reader = DataReader(foreign, Topic(foreign, "ros_discovery_info", kind), qos=qos)
    node.create_publisher(String, "announced", 1)

    def newest():
        samples = reader.take(100)
        return [s for s in samples if s.node_entities_info_seq]

    found = wait(newest)[-1].node_entities_info_seq
    assert ("wired", "/ns") in {(info.node_name, info.node_namespace) for info in found}
    gid = bytes(publication(foreign, "rt/ns/announced").key.bytes)
    wired = next(info for info in found if info.node_name == "wired")
    assert gid in {bytes(g.data) for g in wired.writer_gid_seq}


def test_service_payloads_begin_with_guid_and_sequence():
    payload = cdr.serialize_service(
        AddTwoInts.Request(a=1, b=2), "example_interfaces/srv/AddTwoInts_Request", 7, 9
    )
    assert struct.unpack("<4sQqqq", bytes(payload)) == (b"\x00\x01\x00\x00", 7, 9, 1, 2)
