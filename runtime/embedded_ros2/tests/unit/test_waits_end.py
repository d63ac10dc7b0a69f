"""Whatever waits ends with SIGINT and with SIGTERM, at once and without a flood of output."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

import rclpy
from rclpy.context import Context

ROS2 = str(Path(sys.executable).parent / "ros2")
SIGNALS = [signal.SIGINT, signal.SIGTERM]
# What it waits for does not exist.
COMMANDS = [
    ("service", "call", "/nobody", "std_srvs/srv/Trigger"),
    ("topic", "echo", "/nothing", "std_msgs/msg/String"),
    ("topic", "hz", "/nothing"),
    ("topic", "bw", "/nothing"),
    ("topic", "delay", "/nothing"),
    # Its own: those who listen to nothing would have it publish.
    ("topic", "pub", "-w", "1", "/unheard", "std_msgs/msg/String", "{{}}"),
    ("topic", "pub", "/something", "std_msgs/msg/Empty", "{{}}", "-p", "100"),
    ("action", "send_goal", "/nobody", "example_interfaces/action/Fibonacci", "{{}}"),
    ("param", "get", "/nobody", "x"),
    ("lifecycle", "get", "/nobody"),
    ("bag", "record", "-o", "{folder}/bag", "/nothing"),
]
WAITS = {
    "wait_for_service": "client.wait_for_service()",
    "call": "client.call(Trigger.Request())",
    "wait_for_server": "action.wait_for_server()",
    "send_goal": "action.send_goal(Fibonacci.Goal())",
    "spin": "rclpy.spin(node)",
    "spin_until_future_complete": "rclpy.spin_until_future_complete(node, rclpy.Future())",
    "wait_for_message": "wait_for_message(String, node, 'nothing')",
    "wait_for_node": "node.wait_for_node('nobody', -1)",
    "sleep_for": "node.get_clock().sleep_for(Duration(seconds=60))",
    "rate": "node.create_rate(0.01).sleep()",
}
# Imports once; each wait is a process of its own.
SCRIPT = """
import json, os, sys, rclpy
from example_interfaces.action import Fibonacci
from rclpy.action import ActionClient
from rclpy.duration import Duration
from rclpy.executors import ExternalShutdownException
from rclpy.exceptions import ROSInterruptException
from rclpy.wait_for_message import wait_for_message
from std_msgs.msg import String
from std_srvs.srv import Trigger
waits = {waits}
pids, folder = {{}}, sys.argv[1]
for name, wait in waits.items():
    pids[name] = os.fork()
    if not pids[name]:
        break
else:
    print(json.dumps(pids), flush=True)
    for name, pid in pids.items():
        print(name, os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)
    sys.exit()
log = os.open(os.path.join(folder, name), os.O_WRONLY | os.O_CREAT)
os.dup2(log, 1)
os.dup2(log, 2)
rclpy.init()
node = rclpy.create_node("waits")
client = node.create_client(Trigger, "nobody")
action = ActionClient(node, Fibonacci, "nobody")
try:
    print("waiting", flush=True)
    wait()
except (KeyboardInterrupt, ExternalShutdownException, ROSInterruptException) as error:
    print("ended by", type(error).__name__, flush=True)
rclpy.try_shutdown()
"""


def start(command: list[str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        # A job in a shell's background ignores it, and so would its children.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


def until_up(commands: list[subprocess.Popen[str]]) -> None:
    """Wait until each command has its node, which bears its process's number, or has ended."""
    context = Context()
    rclpy.init(args=[], context=context)
    onlooker = rclpy.create_node("onlooker", context=context)
    left, deadline = list(commands), time.monotonic() + 60.0
    while left:
        assert time.monotonic() < deadline, [process.args for process in left]
        time.sleep(0.05)
        known = set(onlooker.get_node_names())
        left = [p for p in left if f"_ros2cli_{p.pid}" not in known and p.poll() is None]
    onlooker.destroy_node()
    context.shutdown()


def endings(waiting: dict[str, subprocess.Popen[str]], number: signal.Signals) -> dict[str, str]:
    """Send a signal to all; returns what is wrong, by name."""
    for process in waiting.values():
        process.send_signal(number)
    wrong, deadline = {}, time.monotonic() + 20.0
    for name, process in waiting.items():
        try:
            output, _ = process.communicate(timeout=max(deadline - time.monotonic(), 0.1))
        except subprocess.TimeoutExpired:
            process.kill()
            output, _ = process.communicate()
            wrong[name] = f"goes on after {number.name}; it printed {output[-300:]!r}"
        if "Traceback" in output or output.count("\n") > 20:
            wrong[name] = output[-2000:]
    return wrong


@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)
def test_waiting_commands_end(number, tmp_path):
    waiting = {
        " ".join(words): start([ROS2, *(word.format(folder=tmp_path) for word in words)])
        for words in COMMANDS
    }
    # Before, a signal would meet Python itself, which is still loading.
    until_up(list(waiting.values()))
    time.sleep(0.5)
    assert endings(waiting, number) == {}


@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)
def test_waiting_programs_end(number, tmp_path):
    # No exec(): Python kills itself where an interrupt came through it.
    waits = ", ".join(f"{name!r}: lambda: {wait}" for name, wait in WAITS.items())
    script = SCRIPT.format(waits=f"{{{waits}}}")
    parent = start([sys.executable, "-c", script, str(tmp_path)])
    assert parent.stdout is not None
    pids = json.loads(parent.stdout.readline())
    logs = {name: tmp_path / name for name in WAITS}
    deadline = time.monotonic() + 60.0
    while not all(log.exists() and log.read_text() == "waiting\n" for log in logs.values()):
        assert time.monotonic() < deadline, {
            n: p.exists() and p.read_text() for n, p in logs.items()
        }
        time.sleep(0.05)
    time.sleep(1.0)
    for pid in pids.values():
        os.kill(pid, number)
    timer = threading.Timer(20.0, lambda: [os.kill(pid, signal.SIGKILL) for pid in pids.values()])
    timer.start()
    output, _ = parent.communicate()
    timer.cancel()
    ended = dict(line.split() for line in output.splitlines())
    assert ended == dict.fromkeys(WAITS, "0")
    said = {name: log.read_text() for name, log in logs.items()}
    assert not [name for name, text in said.items() if "Traceback" in text], said
    assert all(text.count("\n") < 20 for text in said.values()), said


def test_a_command_ends_while_it_starts():
    for delay in (0.05, 0.2, 0.4, 0.6):
        process = start([ROS2, "topic", "hz", "/nothing"])
        time.sleep(delay)
        assert endings({"hz": process}, signal.SIGTERM) == {}


SERVER = """
import time, rclpy
from example_interfaces.action import Fibonacci
from rclpy.action import ActionServer, CancelResponse
from rclpy.callback_groups import ReentrantCallbackGroup
from rclpy.executors import MultiThreadedExecutor
rclpy.init()
node = rclpy.create_node("patient")
def execute(goal):
    while not goal.is_cancel_requested:
        time.sleep(0.02)
    goal.canceled()
    print("canceled", flush=True)
    rclpy.shutdown()
    return Fibonacci.Result()
server = ActionServer(node, Fibonacci, "patience", execute,
                      callback_group=ReentrantCallbackGroup(),
                      cancel_callback=lambda goal: CancelResponse.ACCEPT)
executor = MultiThreadedExecutor(2)
executor.add_node(node)
while rclpy.ok():
    executor.spin_once(timeout_sec=0.1)
"""


@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)
def test_who_leaves_a_goal_cancels_it(number):
    server = start([sys.executable, "-c", SERVER])
    words = ("action", "send_goal", "/patience", "example_interfaces/action/Fibonacci", "{}")
    client = start([ROS2, *words])
    assert client.stdout is not None
    try:
        while "Goal accepted" not in (line := client.stdout.readline()):
            assert line, "the client ended"
        assert endings({"client": client}, number) == {}
        output, _ = server.communicate(timeout=20.0)
        assert output.splitlines()[0] == "canceled"
    finally:
        for process in (server, client):
            process.kill()
