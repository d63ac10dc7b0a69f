"""ros2 topic pub, to a node in a process of its own."""

import re

HEARD = ("/demo/heard", "std_msgs/msg/String", "{data: 'hello there'}")


def pub(workspace, *words: str):
    # A moment more than the usual 0.1 s for the last message to arrive.
    return workspace.ros2("topic", "pub", "--keep-alive", "1.0", *words)


def test_once_reaches_the_subscription(workspace, talker):
    outcome = pub(workspace, "--once", *HEARD)
    assert outcome.code == 0
    assert "publisher: beginning loop\n" in outcome.out
    assert "publishing #1: std_msgs.msg.String(data='hello there')\n\n" in outcome.out
    assert talker.stdout.readline().strip() == "HEARD hello there"


def test_as_many_as_asked_are_published_and_some_of_them_printed(workspace, talker):
    outcome = pub(workspace, "-r", "20", "-t", "3", "-w", "1", "-p", "2", *HEARD)
    assert outcome.code == 0
    assert re.findall(r"publishing #(\d)", outcome.out) == ["2"]
    heard = [talker.stdout.readline().strip() for _ in range(3)]
    assert heard == ["HEARD hello there"] * 3


def test_node_bears_the_name_that_is_given(workspace):
    workspace.start("topic", "pub", "-n", "somebody", "/x", "std_msgs/msg/String")
    assert "/somebody" in workspace.ros2_until("/somebody", "node", "list", "--no-daemon").out


def test_auto_and_now_stand_for_the_current_time(workspace):
    words = ("--once", "-w", "0", "/x")
    header = pub(workspace, *words, "sensor_msgs/msg/JointState", "{header: auto}").out
    assert re.search(r"Header\(stamp=builtin_interfaces\.msg\.Time\(sec=1\d{9}, ", header)
    stamp = pub(workspace, *words, "std_msgs/msg/Header", "{stamp: now}").out
    assert re.search(r"Header\(stamp=builtin_interfaces\.msg\.Time\(sec=1\d{9}, ", stamp)


def test_wrong_field_ends_in_a_sentence(workspace):
    # Without -w 0 a real one waits for a subscription before it looks at the fields.
    outcome = pub(workspace, "--once", "-w", "0", "/x", "std_msgs/msg/String", "{nothing: 1}")
    assert outcome.code == 1
    assert "Failed to populate field" in outcome.err


def test_what_is_no_dictionary_ends_in_a_sentence(workspace):
    outcome = pub(workspace, "--once", "-w", "0", "/x", "std_msgs/msg/String", "just text")
    assert outcome.code == 1
    assert "The passed value needs to be a dictionary in YAML format" in outcome.err


def test_unknown_type_ends_in_a_sentence(workspace):
    outcome = pub(workspace, "--once", "/x", "no_such_package/msg/Nothing")
    assert outcome.code == 1
    assert "The passed message type is invalid" in outcome.err


def test_once_waits_for_a_subscription_and_says_so(workspace):
    process = workspace.start("topic", "pub", "--once", "/nobody/hears", "std_msgs/msg/String")
    line = process.stdout.readline()
    assert line == "Waiting for at least 1 matching subscription(s)...\n"
    assert "beginning loop" not in workspace.interrupt(process)


def test_rate_of_nothing_is_a_usage_error(workspace):
    assert pub(workspace, "-r", "0", "/x", "std_msgs/msg/String").code == 2
