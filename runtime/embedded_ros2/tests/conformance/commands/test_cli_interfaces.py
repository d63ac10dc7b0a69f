"""ros2 interface."""


def test_service_is_shown_in_two_parts(workspace):
    outcome = workspace.ros2("interface", "show", "std_srvs/srv/SetBool")
    lines = [line.split("#")[0].rstrip() for line in outcome.out.splitlines()]
    assert [line for line in lines if line] == [
        "bool data",
        "---",
        "bool success",
        "string message",
    ]


def test_nested_message_is_indented(workspace):
    outcome = workspace.ros2("interface", "show", "geometry_msgs/msg/Twist")
    assert "\tfloat64 x" in outcome.out
    assert "linear" in outcome.out


def test_unknown_interface_ends_in_a_sentence(workspace):
    outcome = workspace.ros2("interface", "show", "std_msgs/msg/NoSuchThing")
    assert outcome.code == 1
    assert "NoSuchThing" in outcome.err
    assert "Traceback" not in outcome.text


def test_interfaces_of_a_package(workspace):
    outcome = workspace.ros2("interface", "package", "std_srvs")
    names = {"std_srvs/srv/Empty", "std_srvs/srv/SetBool", "std_srvs/srv/Trigger"}
    assert set(outcome.out.split()) == names


def test_list_holds_messages_and_services_under_their_titles(workspace):
    out = workspace.ros2("interface", "list").out
    assert out.startswith("Messages:\n")
    assert "    std_msgs/msg/String\n" in out
    assert out.index("Services:") < out.index("    std_srvs/srv/Trigger")


def test_packages_with_interfaces_are_listed(workspace):
    names = workspace.ros2("interface", "packages").out.split()
    assert {"std_msgs", "std_srvs"} <= set(names)


def test_list_may_hold_services_only(workspace):
    out = workspace.ros2("interface", "list", "--only-srvs").out
    assert "    std_srvs/srv/Trigger\n" in out
    assert "std_msgs/msg/String" not in out


def test_prototype_is_yaml_to_fill_in(workspace):
    assert workspace.ros2("interface", "proto", "std_msgs/msg/String").out == "\"data: ''\n\"\n"
    out = workspace.ros2("interface", "proto", "--no-quotes", "std_srvs/srv/SetBool").out
    assert out == "data: false\n\n"
