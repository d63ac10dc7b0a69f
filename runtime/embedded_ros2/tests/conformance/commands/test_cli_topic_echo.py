"""ros2 topic echo, on a node in a process of its own."""

import re
import subprocess
import time

import pytest


def echo(workspace, *words: str):
    return workspace.ros2("topic", "echo", "--no-daemon", *words)


def test_once_prints_one_message_and_ends(workspace, talker):
    outcome = echo(workspace, "--once", "/demo/chatter")
    assert outcome.code == 0
    assert re.fullmatch(r"data: hello \d+\n---\n", outcome.out)


def test_type_may_be_given(workspace, talker):
    outcome = echo(workspace, "--once", "/demo/chatter", "std_msgs/msg/String")
    assert re.fullmatch(r"data: hello \d+\n---\n", outcome.out)


def test_field_is_printed_as_python_does(workspace, talker):
    outcome = echo(workspace, "--once", "--field", "position", "/demo/states")
    assert outcome.out == "array('d', [0.5, 1.5])\n---\n"


def test_field_of_a_field_is_printed(workspace, talker):
    outcome = echo(workspace, "--once", "--field", "header.stamp", "/demo/states")
    assert re.fullmatch(r"sec: \d+\nnanosec: \d+\n---\n", outcome.out)


def test_unknown_field_ends_in_a_sentence(workspace, talker):
    outcome = echo(workspace, "--once", "--field", "header.nothing", "/demo/states")
    assert outcome.code == 1
    assert "Invalid field 'header.nothing'" in outcome.err


def test_arrays_are_left_out_when_asked(workspace, talker):
    outcome = echo(workspace, "--once", "--no-arr", "/demo/states")
    assert "'<sequence type: double, length: 2>'" in outcome.out


def test_strings_are_left_out_when_asked(workspace, talker):
    outcome = echo(workspace, "--once", "--no-str", "/demo/chatter")
    assert re.fullmatch(r"data: '<string length: <\d+>>'\n---\n", outcome.out)


def test_long_values_are_cut_where_asked(workspace, talker):
    outcome = echo(workspace, "--once", "--truncate-length", "1", "/demo/states")
    assert "position:\n- 0.5\n- '...'\n" in outcome.out


def test_csv_has_all_fields_in_a_line_and_keeps_empty_ones(workspace, talker):
    outcome = echo(workspace, "--once", "--csv", "/demo/states")
    assert re.fullmatch(r"\d+,\d+,,a,b,0\.5,1\.5,,\n", outcome.out)


def test_byte_is_printed_as_a_character(workspace, talker):
    assert echo(workspace, "--once", "/demo/octets").out == 'data: "\\x05"\n---\n'


def test_raw_prints_the_serialized_bytes(workspace, talker):
    # What comes first says that a little-endian CDR follows.
    out = echo(workspace, "--once", "--raw", "/demo/chatter").out
    assert out.startswith(r"b'\x00\x01\x00\x00") and "hello " in out


def test_filter_chooses_the_messages(workspace, talker):
    outcome = echo(workspace, "--once", "--filter", "m.data.endswith('7')", "/demo/chatter")
    assert re.fullmatch(r"data: hello \d*7\n---\n", outcome.out)


def test_what_was_latched_before_is_heard(workspace, talker):
    assert "data: kept" in echo(workspace, "--once", "/demo/latched").out


def test_what_was_latched_is_not_heard_when_volatile_is_asked_for(workspace, talker):
    words = ("--qos-durability", "volatile", "--qos-reliability", "reliable", "/demo/latched")
    process = workspace.start("topic", "echo", "--no-daemon", *words)
    time.sleep(3.0 + workspace.spin_time)
    assert process.poll() is None
    assert workspace.interrupt(process) == ""


def test_wrong_qos_is_a_usage_error(workspace):
    outcome = echo(workspace, "--qos-reliability", "maybe", "/demo/chatter")
    assert outcome.code == 2
    assert "--qos-reliability: invalid choice: 'maybe'" in outcome.err


def test_unknown_topic_ends_in_a_sentence(workspace):
    outcome = echo(workspace, "/nobody/has/this")
    assert outcome.code == 1
    assert "does not appear to be published yet" in outcome.out
    assert "Could not determine the type for the passed topic" in outcome.err


def test_unknown_type_ends_in_a_sentence(workspace):
    outcome = echo(workspace, "/demo/chatter", "no_such_package/msg/Nothing")
    assert outcome.code == 1
    assert "The passed message type is invalid" in outcome.err


def test_echo_survives_a_reader_that_leaves(workspace, talker):
    process = workspace.start("topic", "echo", "--no-daemon", "/demo/chatter")
    process.stdout.readline()
    process.stdout.close()
    try:
        process.wait(timeout=30)
    except subprocess.TimeoutExpired:
        process.kill()
        pytest.fail("echo goes on without a reader")
    finally:
        process.stdout = None
