"""Types by name, on a machine that lacks their packages."""

from __future__ import annotations

import pytest

from afil_core.errors import AfilError

# PyPI has the real rclpy without it.
pytest.importorskip("rosidl_runtime_py")
from afil_core.process.interfaces import get_action, get_message, get_service


def test_types_that_are_there_are_found():
    assert get_message("std_msgs/msg/String")(data="x").data == "x"
    assert hasattr(get_service("std_srvs/srv/Trigger"), "Request")


@pytest.mark.parametrize(
    ("get", "name", "what"),
    [
        (get_message, "no_msgs/msg/Thing", "message"),
        (get_service, "no_msgs/srv/Do", "service"),
        (get_action, "no_msgs/action/Grasp", "action"),
        # Of another version of the package.
        (get_message, "std_msgs/msg/Thing", "message"),
    ],
)
def test_a_type_that_is_not_installed_is_a_sentence(get, name, what):
    package = name.split("/")[0]
    with pytest.raises(
        AfilError, match=f"^{what} type {name} is not installed: install the ROS package {package}"
    ):
        get(name)
