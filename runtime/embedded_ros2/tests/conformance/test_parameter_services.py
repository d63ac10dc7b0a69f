"""What a node offers to others: parameter services and events, descriptions of its types."""

import pytest
from rcl_interfaces.msg import ParameterDescriptor, ParameterEvent
from rcl_interfaces.srv import (
    DescribeParameters,
    GetParameters,
    GetParameterTypes,
    ListParameters,
    SetParameters,
    SetParametersAtomically,
)
from type_description_interfaces.srv import GetTypeDescription

from rclpy.parameter import Parameter, parameter_value_to_python


@pytest.fixture
def node(ros):
    node = ros.rclpy.create_node("parameterized")
    ros.executor.add_node(node)
    yield node
    ros.executor.remove_node(node)
    node.destroy_node()


def call(ros, node, kind, service, request):
    client = ros.other.create_client(kind, f"/parameterized/{service}")
    assert client.wait_for_service(timeout_sec=5.0)
    return ros.result(client.call_async(request))


def test_get_parameters_service(ros, node):
    node.declare_parameter("x", [1, 2])
    answer = call(ros, node, GetParameters, "get_parameters", GetParameters.Request(names=["x"]))
    assert list(parameter_value_to_python(answer.values[0])) == [1, 2]


def test_one_name_without_value_leaves_the_answer_empty(ros, node):
    node.declare_parameter("x", 1)
    node.declare_parameter("later", Parameter.Type.INTEGER)
    for other in ("undeclared", "later"):
        request = GetParameters.Request(names=["x", other])
        assert list(call(ros, node, GetParameters, "get_parameters", request).values) == []


def test_set_parameters_service(ros, node):
    node.declare_parameter("x", 1)
    request = SetParameters.Request(parameters=[Parameter("x", value=4).to_parameter_msg()])
    assert call(ros, node, SetParameters, "set_parameters", request).results[0].successful
    assert node.get_parameter("x").value == 4


def test_set_parameters_service_answers_for_undeclared(ros, node):
    request = SetParameters.Request(parameters=[Parameter("no", value=4).to_parameter_msg()])
    assert not call(ros, node, SetParameters, "set_parameters", request).results[0].successful


def test_set_parameters_atomically_service(ros, node):
    node.declare_parameter("x", 1)
    request = SetParametersAtomically.Request(
        parameters=[Parameter("x", value=5).to_parameter_msg()]
    )
    answer = call(ros, node, SetParametersAtomically, "set_parameters_atomically", request)
    assert answer.result.successful and node.get_parameter("x").value == 5


def test_list_parameters_service(ros, node):
    node.declare_parameters("arm", [("speed", 1.0), ("force", 2.0)])
    request = ListParameters.Request(prefixes=["arm"])
    result = call(ros, node, ListParameters, "list_parameters", request).result
    assert set(result.names) == {"arm.speed", "arm.force"} and "arm" in result.prefixes


def test_describe_and_types_services(ros, node):
    node.declare_parameter("x", 1.0, ParameterDescriptor(description="d"))
    described = call(ros, node, DescribeParameters, "describe_parameters",
                     DescribeParameters.Request(names=["x"]))  # fmt: skip
    assert described.descriptors[0].description == "d"
    types = call(ros, node, GetParameterTypes, "get_parameter_types",
                 GetParameterTypes.Request(names=["x"]))  # fmt: skip
    assert list(types.types) == [Parameter.Type.DOUBLE.value]


def test_changes_are_published_on_parameter_events(ros, node):
    events = []
    ros.other.create_subscription(
        ParameterEvent, "/parameter_events",
        lambda e: events.append(e) if e.node == "/parameterized" else None, 100,
    )  # fmt: skip
    ros.spin_for(0.3)
    node.declare_parameter("watched", 1)
    node.set_parameters([Parameter("watched", value=2)])
    assert ros.spin_until(lambda: len(events) >= 2)
    assert events[0].new_parameters[0].name == "watched"
    assert events[1].changed_parameters[0].value.integer_value == 2


def test_each_declaration_is_an_event_and_removal_is_none(ros, node):
    events = []
    ros.other.create_subscription(
        ParameterEvent, "/parameter_events",
        lambda e: events.append(e) if e.node == "/parameterized" else None, 100,
    )  # fmt: skip
    ros.spin_for(0.3)
    node.declare_parameters("", [("a", 1), ("b", 2)])
    node.undeclare_parameter("a")
    node.set_parameters_atomically([Parameter("b", value=3)])
    assert ros.spin_until(lambda: len(events) >= 3)
    seen = [[[p.name for p in kind] for kind in (e.new_parameters, e.changed_parameters,
                                                 e.deleted_parameters)]
            for e in events]  # fmt: skip
    assert seen == [[["a"], [], []], [["b"], [], []], [[], ["b"], []]]


def test_nodes_offer_the_descriptions_of_their_types(ros, node):
    assert node.get_parameter("start_type_description_service").value is True
    assert node.describe_parameter("start_type_description_service").read_only
    info = ros.other.get_publishers_info_by_topic("/parameter_events")[0]
    request = GetTypeDescription.Request(
        type_name=info.topic_type, type_hash=str(info.topic_type_hash)
    )
    answer = call(ros, node, GetTypeDescription, "get_type_description", request)
    assert answer.successful, answer.failure_reason
    own = answer.type_description.type_description
    assert own.type_name == "rcl_interfaces/msg/ParameterEvent"
    assert [field.name for field in own.fields][:2] == ["stamp", "node"]
    others = [part.type_name for part in answer.type_description.referenced_type_descriptions]
    assert "builtin_interfaces/msg/Time" in others and others == sorted(others)


def test_types_that_a_node_has_not_are_not_described(ros, node):
    request = GetTypeDescription.Request(type_name="x/msg/Y", type_hash="RIHS01_" + "0" * 64)
    answer = call(ros, node, GetTypeDescription, "get_type_description", request)
    assert not answer.successful and answer.failure_reason


def test_the_description_service_can_be_left_out(ros):
    node = ros.rclpy.create_node(
        "silent",
        parameter_overrides=[Parameter("start_type_description_service", value=False)],
    )
    assert node.get_parameter("start_type_description_service").value is False

    def services():
        return dict(ros.other.get_service_names_and_types_by_node("silent", "/"))

    ros.executor.add_node(node)
    assert ros.spin_until(
        lambda: "silent" in ros.other.get_node_names() and "/silent/set_parameters" in services()
    )
    assert "/silent/get_type_description" not in services()
    ros.executor.remove_node(node)
    node.destroy_node()
