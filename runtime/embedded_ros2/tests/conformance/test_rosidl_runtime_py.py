"""rosidl_runtime_py: classes by name, messages as plain data."""

import pytest
from geometry_msgs.msg import PoseStamped
from sensor_msgs.msg import JointState
from std_msgs.msg import String
from std_srvs.srv import Trigger

REASON = "rosidl_runtime_py is not installed"
runtime = pytest.importorskip("rosidl_runtime_py", reason=REASON)
utilities = pytest.importorskip("rosidl_runtime_py.utilities", reason=REASON)


def test_get_message_by_name():
    assert utilities.get_message("std_msgs/msg/String") is String


def test_get_service_by_name():
    assert utilities.get_service("std_srvs/srv/Trigger") is Trigger


def test_get_action_by_name():
    pytest.importorskip("example_interfaces", reason="example_interfaces is not installed")
    fibonacci = utilities.get_action("example_interfaces/action/Fibonacci")
    assert fibonacci.Goal(order=3).order == 3


def test_unknown_message_name_raises():
    with pytest.raises((ModuleNotFoundError, AttributeError, ValueError)):
        utilities.get_message("no_such_package/msg/Nothing")


def test_message_to_ordereddict_is_plain():
    plain = runtime.message_to_ordereddict(JointState(position=[1.0]))
    assert plain["position"] == [1.0] and plain["header"]["frame_id"] == ""


def test_message_to_yaml():
    assert runtime.message_to_yaml(String(data="x")).strip() == "data: x"


def test_set_message_fields_fills_nested_values():
    message = PoseStamped()
    runtime.set_message_fields(
        message, {"pose": {"position": {"x": 2}}, "header": {"frame_id": "f"}}
    )
    assert message.pose.position.x == 2.0 and message.header.frame_id == "f"


def test_set_message_fields_refuses_unknown_fields():
    with pytest.raises(AttributeError):
        runtime.set_message_fields(String(), {"nothing": 1})
