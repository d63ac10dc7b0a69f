"""Behaviour between processes: discovery, arguments, signals, crashes."""

import signal
import statistics
import time

import pytest
from std_msgs.msg import Header, String
from std_srvs.srv import SetBool

from rclpy.action import ActionClient
from rclpy.qos import DurabilityPolicy, QoSProfile


def test_messages_cross_processes(ros, peer, name):
    got = []
    ros.node.create_subscription(String, f"/{name}", lambda m: got.append(m.data), 10)
    peer("talker", f"/{name}")
    assert ros.spin_until(lambda: len(got) >= 5)
    assert got[0].startswith("hello")


def test_latched_messages_reach_late_processes(ros, peer, name, wait_line):
    wait_line(peer("latched", f"/{name}"), "ready")
    got = []
    latched = QoSProfile(depth=3, durability=DurabilityPolicy.TRANSIENT_LOCAL)
    ros.node.create_subscription(String, f"/{name}", lambda m: got.append(m.data), latched)
    assert ros.spin_until(lambda: got == ["2", "3", "4"])


def test_round_trips_are_fast(ros, peer, name):
    peer("echo", f"/{name}")
    got = []
    publisher = ros.node.create_publisher(Header, f"/{name}", 10)
    subscription = ros.node.create_subscription(Header, f"/{name}_back", got.append, 10)
    assert ros.spin_until(
        lambda: publisher.get_subscription_count() and subscription.get_publisher_count()
    )
    # The other side may need a moment more until it knows both of ours.
    for _ in range(50):
        publisher.publish(Header())
        if ros.spin_until(lambda: got, 0.2):
            break
    ros.spin_for(0.3)
    got.clear()
    trips_s = []
    for index in range(100):
        start = time.monotonic()
        publisher.publish(Header(frame_id=str(index)))
        assert ros.spin_until(lambda want=index + 1: len(got) == want)
        trips_s.append(time.monotonic() - start)
    assert statistics.median(trips_s) < 0.02


def test_services_cross_processes(ros, peer, name):
    peer("switch", f"/{name}")
    client = ros.node.create_client(SetBool, f"/{name}")
    assert client.wait_for_service(timeout_sec=30.0)
    assert ros.result(client.call_async(SetBool.Request(data=True))).message == "True"


def test_actions_cross_processes(ros, peer, name):
    reason = "example_interfaces is not installed"
    Fibonacci = pytest.importorskip("example_interfaces.action", reason=reason).Fibonacci  # noqa: N806
    peer("fibonacci", f"/{name}")
    client = ActionClient(ros.node, Fibonacci, f"/{name}")
    assert client.wait_for_server(timeout_sec=30.0)
    handle = ros.result(client.send_goal_async(Fibonacci.Goal(order=4)))
    assert list(ros.result(handle.get_result_async()).result.sequence) == [0, 1, 1, 2, 3, 5]


def test_nodes_of_other_processes_are_found(ros, peer, name):
    process = peer("talker", f"/{name}")
    assert ros.spin_until(lambda: "talker" in ros.node.get_node_names())
    process.send_signal(signal.SIGINT)
    process.wait(timeout=30)
    assert ros.spin_until(lambda: "talker" not in ros.node.get_node_names())


def test_a_process_that_ends_without_shutdown_leaves_the_graph(ros, peer, name, wait_line):
    process = peer("forgetful", f"/{name}")
    wait_line(process, "ready")
    assert ros.spin_until(lambda: ros.node.count_publishers(f"/{name}") == 1)
    process.communicate("end\n", timeout=30)
    assert process.returncode == 0
    assert ros.spin_until(
        lambda: (
            ros.node.count_publishers(f"/{name}") == 0
            and "forgetful" not in ros.node.get_node_names()
        ),
        timeout=30,  # Where nothing said goodbye, the lease has to run out.
    )


def test_a_killed_node_is_rediscovered(ros, peer, name, wait_line):
    got = []
    ros.node.create_subscription(String, f"/{name}", lambda m: got.append(m.data), 10)
    for _ in range(2):
        got.clear()
        process = peer("talker", f"/{name}")
        wait_line(process, "ready")
        assert ros.spin_until(lambda: got)
        process.kill()
        process.wait()
        ros.spin_for(0.2)


def test_sigint_is_a_keyboard_interrupt(peer, wait_line):
    process = peer("idle")
    wait_line(process, "spins")
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=30)
    assert "interrupted" in output or "shut down" in output
    assert process.returncode == 0


def test_sigterm_ends_spinning(peer, wait_line):
    process = peer("idle")
    wait_line(process, "spins")
    process.send_signal(signal.SIGTERM)
    output, _ = process.communicate(timeout=30)
    assert "shut down" in output and process.returncode == 0


def test_an_exception_in_a_callback_ends_the_process(peer):
    process = peer("broken")
    _, errors = process.communicate(timeout=30)
    assert process.returncode != 0
    assert "ValueError: the callback failed" in errors and "Traceback" in errors


def test_arguments_rename_nodes_and_topics(peer, wait_line):
    process = peer("names", "chatter", ros_args=[
        "-r", "__node:=renamed", "-r", "__ns:=/moved", "-r", "chatter:=talk"])  # fmt: skip
    assert wait_line(process, "node=") == "node=/moved/renamed"
    assert wait_line(process, "topic=") == "topic=/moved/talk"


def test_arguments_set_parameters(peer, wait_line):
    process = peer("parameters", "one", "two", ros_args=["-p", "one:=set"])
    assert wait_line(process, "one=") == "one='set'"
    assert wait_line(process, "two=") == "two='default'"


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [("int", "7", "7"), ("int", "0x1f", "31"), ("float", "1e-3", "0.001"),
     ("float", ".inf", "inf"), ("bool", "true", "True"), ("bool", "y", "True"),
     ("list", "[1.0, 2.5]", "[1.0, 2.5]")],
)  # fmt: skip
def test_arguments_have_yaml_types(peer, wait_line, kind, text, value):
    process = peer("typed", "p", kind, ros_args=["-p", f"p:={text}"])
    assert wait_line(process, "p=") == f"p={value}"


@pytest.mark.parametrize("text", ["12:30", "null", "2024-01-31", "1_000", "'7'"])
def test_what_rcl_does_not_read_as_a_number_stays_text(peer, wait_line, text):
    process = peer("parameters", "p", ros_args=["-p", f"p:={text}"])
    assert wait_line(process, "p=") == f"p={text.strip(chr(39))!r}"


@pytest.mark.parametrize("text", ["[1.0, 2]", "[true, 1]"])
def test_lists_of_several_types_end_the_process(peer, text):
    process = peer("typed", "p", "list", ros_args=["-p", f"p:={text}"])
    _, errors = process.communicate(timeout=30)
    assert process.returncode != 0 and "same type" in errors


def test_a_parameter_of_another_type_ends_the_process(peer):
    process = peer("typed", "p", "float", ros_args=["-p", "p:=1"])
    _, errors = process.communicate(timeout=30)
    assert process.returncode != 0
    assert "InvalidParameterTypeException" in errors and "expecting type 'DOUBLE'" in errors


def test_parameter_files_and_wildcards(peer, wait_line, tmp_path):
    path = tmp_path / "parameters.yaml"
    path.write_text(
        "/**:\n  ros__parameters:\n    one: everyone\n    two: everyone\n"
        "/robot/parameters:\n  ros__parameters:\n    two: mine\n    nested:\n      three: deep\n"
        "/robot/somebody:\n  ros__parameters:\n    one: theirs\n"
    )
    process = peer(
        "parameters", "one", "two", "nested.three", ros_args=["--params-file", str(path)]
    )
    assert wait_line(process, "one=") == "one='everyone'"
    assert wait_line(process, "two=") == "two='mine'"
    assert wait_line(process, "nested.three=") == "nested.three='deep'"


CONSOLE = {
    "RCUTILS_CONSOLE_OUTPUT_FORMAT": "[{severity}] [{time}] [{name}]: {message}",
    "RCUTILS_COLORIZED_OUTPUT": "0",
    "RCUTILS_LOGGING_USE_STDOUT": "0",
}


def test_logs_go_to_the_console_in_the_usual_form(peer, wait_line):
    # The format is the default one; another may be set where the tests run.
    process = peer("logs", ros_args=["--log-level", "info"], env=CONSOLE)
    wait_line(process, "ready")
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=30)
    lines = [line for line in errors.splitlines() if "line" in line]
    assert lines[0].startswith("[INFO] [") and lines[0].endswith("] [logs]: an info line")
    assert lines[1].startswith("[WARN] [") and lines[2].endswith("[logs.part]: an error line")


def test_the_console_form_follows_the_environment(peer, wait_line):
    form = "{name}|{function_name}|{severity}|{message}"
    process = peer("logs", env={**CONSOLE, "RCUTILS_CONSOLE_OUTPUT_FORMAT": form})
    wait_line(process, "ready")
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=30)
    lines = [line for line in errors.splitlines() if "line" in line]
    assert lines[0] == "logs|logs|INFO|an info line"


def test_the_console_can_be_stdout(peer):
    line_by_line = {"RCUTILS_LOGGING_USE_STDOUT": "1", "RCUTILS_LOGGING_BUFFERED_STREAM": "1"}
    process = peer("logs", env={**CONSOLE, **line_by_line})
    lines = []
    while not lines or lines[-1] not in ("ready", ""):
        lines.append(process.stdout.readline().strip())
    assert any(line.endswith("[logs]: an info line") for line in lines)


def test_the_log_level_is_an_argument(peer, wait_line):
    process = peer("logs", ros_args=["--log-level", "logs:=debug"])
    wait_line(process, "ready")
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=30)
    assert "a debug line" in errors


def test_logs_go_to_a_file(peer, wait_line, tmp_path):
    process = peer("logs", env={"ROS_LOG_DIR": str(tmp_path)})
    wait_line(process, "ready")
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=30)
    assert any("an info line" in path.read_text() for path in tmp_path.glob("*.log"))


def test_unknown_flags_end_the_process(peer):
    process = peer("logs", ros_args=["--no-such-flag"])
    process.communicate(timeout=30)
    assert process.returncode != 0


def test_another_domain_hears_nothing(ros, peer, name, wait_line, another_domain):
    got = []
    ros.node.create_subscription(String, f"/{name}", lambda m: got.append(m.data), 10)
    wait_line(peer("talker", f"/{name}", env={"ROS_DOMAIN_ID": another_domain}), "ready")
    ros.spin_for(0.7)
    assert got == []
