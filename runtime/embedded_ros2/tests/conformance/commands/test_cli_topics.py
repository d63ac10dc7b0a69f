"""ros2 topic list, info, type and find, on a node in a process of its own."""


def topic(workspace, verb: str, *words: str):
    # The daemon of a real installation would outlive the test.
    return workspace.ros2("topic", verb, "--no-daemon", *words)


def test_list_shows_names_and_types_but_nothing_hidden(workspace, talker):
    words = ("topic", "list", "--no-daemon", "-t")
    lines = workspace.ros2_until("/demo/states", *words).out.splitlines()
    assert "/demo/chatter [std_msgs/msg/String]" in lines
    assert "/demo/states [sensor_msgs/msg/JointState]" in lines
    assert not any("_hidden" in line for line in lines)


def test_list_shows_hidden_topics_when_asked(workspace, talker):
    words = ("topic", "list", "--no-daemon", "--include-hidden-topics")
    assert "/demo/_hidden" in workspace.ros2_until("/demo/_hidden", *words).out


def test_info_counts_publishers_and_subscriptions(workspace, talker):
    out = topic(workspace, "info", "/demo/chatter").out
    assert out == "Type: std_msgs/msg/String\nPublisher count: 1\nSubscription count: 0\n"


def test_verbose_info_names_the_node_and_its_qos(workspace, talker):
    out = topic(workspace, "info", "-v", "/demo/latched").out
    for line in (
        "Node name: talker",
        "Node namespace: /demo",
        "Topic type: std_msgs/msg/String",
        "Endpoint type: PUBLISHER",
        "  Reliability: RELIABLE",
        "  Durability: TRANSIENT_LOCAL",
        "Topic type hash: RIHS01_df668c740482bbd48fb39d76a70dfd4bd59db1288021743503259e948f6b1a18",
    ):
        assert line in out, out


def test_info_of_an_unknown_topic_ends_in_a_sentence(workspace):
    outcome = topic(workspace, "info", "/nobody/has/this")
    assert outcome.code == 1
    assert "Unknown topic '/nobody/has/this'" in outcome.err


def test_type_of_a_topic(workspace, talker):
    assert topic(workspace, "type", "/demo/states").out.strip() == "sensor_msgs/msg/JointState"


def test_topics_of_a_type(workspace, talker):
    # This verb always asks the daemon, where there is one, and that may have to look around first.
    found = workspace.ros2_until("/demo/states", "topic", "find", "sensor_msgs/msg/JointState")
    assert "/demo/states" in found.out.split()
    assert "/demo/chatter" not in found.out


def test_topics_are_counted(workspace, talker):
    assert int(topic(workspace, "list", "--count-topics").out) >= 5


def test_type_of_an_unknown_topic_is_a_failure_without_words(workspace):
    outcome = topic(workspace, "type", "/nobody/has/this")
    assert (outcome.code, outcome.out) == (1, "")
