"""ros2 node, service, param, on a node in a process of its own."""

import pytest
import yaml

NODE = """
import rclpy
from rcl_interfaces.msg import FloatingPointRange, ParameterDescriptor, SetParametersResult
from std_srvs.srv import SetBool

rclpy.init()
node = rclpy.create_node('server', namespace='/demo')
bounds = FloatingPointRange(from_value=0.0, to_value=1.0)
node.declare_parameter('gain', 0.5, ParameterDescriptor(
    description='how much', floating_point_range=[bounds]))
node.declare_parameter('name', 'bob')
node.declare_parameter('speed', 1.0)
node.declare_parameter('owner', 'bob')
node.declare_parameter('fixed', 3, ParameterDescriptor(read_only=True))
node.declare_parameter('group.list', [1, 2, 3])

def switch(request, response):
    response.success = request.data
    response.message = 'switched'
    return response

node.create_service(SetBool, 'switch', switch)
print('READY', flush=True)
try:
    rclpy.spin(node)
except (KeyboardInterrupt, rclpy.executors.ExternalShutdownException):
    pass
"""


@pytest.fixture(scope="module")
def server(module_workspace):
    return module_workspace.node("server", NODE)


def test_node_is_listed_by_its_full_name(workspace, server):
    listed = workspace.ros2_until("/demo/server", "node", "list", "--no-daemon")
    assert "/demo/server" in listed.out.splitlines()


def test_node_info_lists_its_publishers_and_services(workspace, server):
    out = workspace.ros2("node", "info", "--no-daemon", "/demo/server").out
    assert out.startswith("/demo/server\n  Subscribers:\n")
    assert "    /demo/switch: std_srvs/srv/SetBool\n" in out
    assert "    /rosout: rcl_interfaces/msg/Log\n" in out
    assert "    /demo/server/get_parameters: rcl_interfaces/srv/GetParameters\n" in out


def test_info_of_an_unknown_node_ends_in_a_sentence(workspace):
    outcome = workspace.ros2("node", "info", "--no-daemon", "/nobody")
    assert outcome.code == 1
    assert "Unable to find node '/nobody'" in outcome.err


def test_service_is_listed_with_its_type(workspace, server):
    out = workspace.ros2_until("/demo/switch", "service", "list", "--no-daemon", "-t").out
    assert "/demo/switch [std_srvs/srv/SetBool]" in out.splitlines()


def test_type_of_a_service(workspace, server):
    # This verb always asks the daemon, where there is one, and that may have to look around first.
    found = workspace.ros2_until("std_srvs", "service", "type", "/demo/switch")
    assert found.out.strip() == "std_srvs/srv/SetBool"


def test_service_call_prints_request_and_response(workspace, server):
    outcome = workspace.ros2(
        "service", "call", "/demo/switch", "std_srvs/srv/SetBool", "{data: true}"
    )
    assert outcome.code == 0
    assert "requester: making request: std_srvs.srv.SetBool_Request(data=True)" in outcome.out
    expected = "response:\nstd_srvs.srv.SetBool_Response(success=True, message='switched')\n"
    assert expected in outcome.out


def test_parameters_are_listed(workspace, server):
    out = workspace.ros2("param", "list", "--no-daemon", "/demo/server").out
    names = [line.strip() for line in out.splitlines()]
    assert {"gain", "name", "fixed", "group.list", "use_sim_time"} <= set(names)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("gain", "Double value is: 0.5"),
        ("name", "String value is: bob"),
        ("fixed", "Integer value is: 3"),
        ("use_sim_time", "Boolean value is: False"),
    ],
)
def test_parameter_is_told_with_its_type(workspace, server, name, text):
    out = workspace.ros2("param", "get", "--no-daemon", "/demo/server", name).out
    assert out.strip() == text


def test_parameter_is_set(workspace, server):
    outcome = workspace.ros2("param", "set", "--no-daemon", "/demo/server", "speed", "0.25")
    assert outcome.out.strip() == "Set parameter successful"
    out = workspace.ros2("param", "get", "--no-daemon", "/demo/server", "speed", "--hide-type").out
    assert out.strip() == "0.25"


def test_parameter_outside_its_range_is_not_set(workspace, server):
    outcome = workspace.ros2("param", "set", "--no-daemon", "/demo/server", "gain", "2.0")
    assert outcome.code == 0
    assert "Setting parameter failed" in outcome.err
    out = workspace.ros2("param", "get", "--no-daemon", "/demo/server", "gain", "--hide-type").out
    assert out.strip() == "0.5"


def test_parameter_is_described(workspace, server):
    out = workspace.ros2("param", "describe", "--no-daemon", "/demo/server", "gain").out
    assert "Parameter name: gain\n  Type: double\n  Description: how much\n" in out
    assert "    Min value: 0.0\n    Max value: 1.0\n" in out


def test_dump_is_a_parameter_file(workspace, server):
    out = workspace.ros2("param", "dump", "--no-daemon", "/demo/server").out
    parameters = yaml.safe_load(out)["/demo/server"]["ros__parameters"]
    assert parameters["gain"] == 0.5
    assert parameters["group"] == {"list": [1, 2, 3]}


def test_dumped_file_is_loaded(workspace, server):
    path = workspace.file("p.yaml", "/demo/server:\n  ros__parameters:\n    owner: alice\n")
    outcome = workspace.ros2("param", "load", "--no-daemon", "/demo/server", path)
    assert "Set parameter owner successful" in outcome.out
    out = workspace.ros2("param", "get", "--no-daemon", "/demo/server", "owner").out
    assert out.strip() == "String value is: alice"


def test_parameters_of_an_unknown_node_end_in_a_sentence(workspace):
    outcome = workspace.ros2("param", "list", "--no-daemon", "/nobody")
    assert "Node not found" in outcome.text
