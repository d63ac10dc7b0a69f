import pytest
from std_msgs.msg import String
from std_srvs.srv import Trigger

from rclpy.context import Context
from rclpy.exceptions import (
    InvalidNamespaceException,
    InvalidNodeNameException,
    InvalidServiceNameException,
    InvalidTopicNameException,
    NotInitializedException,
)
from rclpy.expand_topic_name import expand_topic_name
from rclpy.qos import DurabilityPolicy, QoSProfile, ReliabilityPolicy
from rclpy.topic_endpoint_info import TopicEndpointTypeEnum
from rclpy.validate_full_topic_name import validate_full_topic_name
from rclpy.validate_node_name import validate_node_name
from rclpy.validate_topic_name import validate_topic_name

# Names of their own: what another module's nodes of a name left in the graph would be found first.
NODES = NODE, OTHER = "of_graph", "other_of_graph"


def test_names_of_a_node(ros):
    assert ros.other.get_name() == OTHER
    assert ros.other.get_namespace() == "/elsewhere"
    assert ros.other.get_fully_qualified_name() == f"/elsewhere/{OTHER}"


def test_the_logger_is_named_like_the_node(ros):
    assert ros.other.get_logger().name == f"elsewhere.{OTHER}"


@pytest.mark.parametrize("bad", ["", "1abc", "with space", "with-dash", "a/b"])
def test_invalid_node_names_are_refused(ros, bad):
    with pytest.raises(InvalidNodeNameException):
        ros.rclpy.create_node(bad)


def test_invalid_namespaces_are_refused(ros):
    with pytest.raises(InvalidNamespaceException):
        ros.rclpy.create_node("good", namespace="/bad namespace")


@pytest.mark.parametrize("bad", ["/a//b", "/a/", "/1a", "/a b"])
def test_invalid_full_topic_names_are_refused(bad):
    with pytest.raises(InvalidTopicNameException):
        validate_full_topic_name(bad)


def test_invalid_service_names_have_their_own_exception():
    with pytest.raises(InvalidServiceNameException):
        validate_full_topic_name("/bad name", is_service=True)


@pytest.mark.parametrize("good", ["a", "/a", "~/a", "{node}/a", "a/_hidden"])
def test_valid_topic_names_pass(good):
    assert validate_topic_name(good)


def test_node_name_check_passes_good_names():
    assert validate_node_name("node_1")


@pytest.mark.parametrize(
    ("short", "full"),
    [("x", "/ns/x"), ("/x", "/x"), ("~/x", "/ns/me/x"), ("~", "/ns/me"), ("{node}/x", "/ns/me/x")],
)
def test_topic_names_are_expanded(short, full):
    assert expand_topic_name(short, "me", "/ns") == full


def test_topics_are_found_with_their_types(ros, name):
    ros.node.create_publisher(String, f"/{name}", 1)
    assert ros.spin_until(
        lambda: (f"/{name}", ["std_msgs/msg/String"]) in ros.other.get_topic_names_and_types()
    )


def test_services_are_found_with_their_types(ros, name):
    ros.node.create_service(Trigger, f"/{name}", lambda q, r: r)
    assert ros.spin_until(
        lambda: (f"/{name}", ["std_srvs/srv/Trigger"]) in ros.other.get_service_names_and_types()
    )


def test_nodes_are_found_with_their_namespaces(ros):
    found = [(NODE, "/"), (OTHER, "/elsewhere")]
    assert ros.spin_until(lambda: set(found) <= set(ros.node.get_node_names_and_namespaces()))


def test_waiting_for_a_node(ros):
    assert ros.node.wait_for_node(f"/elsewhere/{OTHER}", 5.0)
    assert not ros.node.wait_for_node("/elsewhere/nobody", 0.2)


def test_endpoints_are_counted(ros, name):
    ros.node.create_publisher(String, f"/{name}", 1)
    ros.other.create_subscription(String, f"/{name}", lambda m: None, 1)
    assert ros.spin_until(
        lambda: (
            ros.node.count_publishers(f"/{name}") == 1
            and ros.node.count_subscribers(f"/{name}") == 1
        )
    )


def test_services_and_clients_are_counted(ros, name):
    ros.node.create_service(Trigger, f"/{name}", lambda q, r: r)
    ros.other.create_client(Trigger, f"/{name}")
    assert ros.spin_until(
        lambda: (
            ros.node.count_services(f"/{name}") == 1 and ros.node.count_clients(f"/{name}") == 1
        )
    )


def test_asking_about_an_unknown_node_raises(ros):
    with pytest.raises(RuntimeError):
        ros.node.get_publisher_names_and_types_by_node("nobody", "/nowhere")


def test_what_a_node_publishes_and_subscribes(ros, name):
    ros.node.create_publisher(String, f"/{name}_out", 1)
    ros.node.create_subscription(String, f"/{name}_in", lambda m: None, 1)
    out = (f"/{name}_out", ["std_msgs/msg/String"])
    inside = (f"/{name}_in", ["std_msgs/msg/String"])
    assert ros.spin_until(
        lambda: (
            out in ros.other.get_publisher_names_and_types_by_node(NODE, "/")
            and inside in ros.other.get_subscriber_names_and_types_by_node(NODE, "/")
        )
    )


def test_what_a_node_serves_and_calls(ros, name):
    ros.node.create_service(Trigger, f"/{name}", lambda q, r: r)
    ros.other.create_client(Trigger, f"/{name}")
    entry = (f"/{name}", ["std_srvs/srv/Trigger"])
    assert ros.spin_until(
        lambda: (
            entry in ros.other.get_service_names_and_types_by_node(NODE, "/")
            and entry in ros.node.get_client_names_and_types_by_node(OTHER, "/elsewhere")
        )
    )


def test_publisher_info_names_node_type_and_qos(ros, name):
    qos = QoSProfile(
        depth=1, reliability=ReliabilityPolicy.BEST_EFFORT,
        durability=DurabilityPolicy.TRANSIENT_LOCAL,
    )  # fmt: skip
    ros.other.create_publisher(String, f"/{name}", qos)
    assert ros.spin_until(lambda: ros.node.get_publishers_info_by_topic(f"/{name}"))
    ros.spin_for(0.1)
    info = ros.node.get_publishers_info_by_topic(f"/{name}")[0]
    assert (info.node_name, info.node_namespace) == (OTHER, "/elsewhere")
    assert info.topic_type == "std_msgs/msg/String"
    assert info.endpoint_type == TopicEndpointTypeEnum.PUBLISHER
    assert info.qos_profile.reliability == ReliabilityPolicy.BEST_EFFORT
    assert info.qos_profile.durability == DurabilityPolicy.TRANSIENT_LOCAL
    assert len(info.endpoint_gid) in (16, 24)


def test_subscription_info_names_node_and_qos(ros, name):
    ros.other.create_subscription(String, f"/{name}", lambda m: None, 1)
    assert ros.spin_until(lambda: ros.node.get_subscriptions_info_by_topic(f"/{name}"))
    ros.spin_for(0.1)
    info = ros.node.get_subscriptions_info_by_topic(f"/{name}")[0]
    assert (info.node_name, info.node_namespace) == (OTHER, "/elsewhere")
    assert info.endpoint_type == TopicEndpointTypeEnum.SUBSCRIPTION
    assert info.qos_profile.reliability == ReliabilityPolicy.RELIABLE


def test_type_hashes_are_known(ros, name):
    ros.other.create_publisher(String, f"/{name}", 1)
    assert ros.spin_until(lambda: ros.node.get_publishers_info_by_topic(f"/{name}"))
    info = ros.node.get_publishers_info_by_topic(f"/{name}")[0]
    assert str(info.topic_type_hash) == (
        "RIHS01_df668c740482bbd48fb39d76a70dfd4bd59db1288021743503259e948f6b1a18"
    )


def test_destroyed_nodes_leave_the_graph(ros):
    node = ros.rclpy.create_node("leaving")
    assert ros.spin_until(lambda: "leaving" in ros.node.get_node_names())
    node.destroy_node()
    assert ros.spin_until(lambda: "leaving" not in ros.node.get_node_names())


def test_remappings_of_one_node(ros):
    node = ros.rclpy.create_node(
        "original", cli_args=["--ros-args", "-r", "__node:=renamed", "-r", "__ns:=/moved",
                              "-r", "chatter:=/talk"],
    )  # fmt: skip
    assert node.get_fully_qualified_name() == "/moved/renamed"
    assert node.resolve_topic_name("chatter") == "/talk"
    assert node.resolve_service_name("chatter") == "/talk"
    node.destroy_node()


def test_parameters_of_one_node_by_arguments(ros):
    node = ros.rclpy.create_node(
        "argued", cli_args=["--ros-args", "-p", "gain:=2.5", "-p", "names:=[a, b]",
                            "-p", "other_node:gain:=9.0"],
    )  # fmt: skip
    assert node.declare_parameter("gain", 1.0).value == 2.5
    assert node.declare_parameter("names", [""]).value == ["a", "b"]
    node.destroy_node()


def test_unknown_ros_arguments_are_refused(ros):
    with pytest.raises(Exception, match="."):
        ros.rclpy.create_node("bad", cli_args=["--ros-args", "--no-such-flag"])


def test_lists_of_entities(ros, name):
    node = ros.rclpy.create_node("listed")
    publisher = node.create_publisher(String, name, 1)
    timer = node.create_timer(1.0, lambda: None)
    client = node.create_client(Trigger, name)
    assert publisher in node.publishers and timer in node.timers and client in node.clients
    assert node.destroy_publisher(publisher) and publisher not in node.publishers
    assert not node.destroy_publisher(publisher)
    node.destroy_node()


def test_nodes_need_an_initialized_context(ros):
    with pytest.raises((NotInitializedException, RuntimeError)):
        ros.rclpy.create_node("orphan", context=Context())


def test_contexts_live_side_by_side(ros):
    context = Context()
    ros.rclpy.init(context=context, args=[])
    node = ros.rclpy.create_node("separate", context=context)
    assert node.context is context and context.ok()
    node.destroy_node()
    seen = []
    context.on_shutdown(lambda: seen.append("end"))
    context.shutdown()
    assert seen == ["end"] and not context.ok() and ros.rclpy.ok()


def test_initializing_twice_raises(ros):
    with pytest.raises(RuntimeError):
        ros.rclpy.init(args=[])
