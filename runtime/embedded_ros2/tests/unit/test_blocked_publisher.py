"""A publisher that waits for a reliable subscription lets the rest of its process run."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time

import pytest
from std_msgs.msg import String

import rclpy
from rclpy.context import Context
from rclpy.qos import HistoryPolicy, QoSProfile

_LISTENER = """
import rclpy
from rclpy.qos import HistoryPolicy, QoSProfile
from std_msgs.msg import String
rclpy.init()
node = rclpy.create_node("listener")
everything = QoSProfile(history=HistoryPolicy.KEEP_ALL)
node.create_subscription(String, "flood", lambda _: None, everything)
print("up", flush=True)
rclpy.spin(node)
"""


@pytest.fixture
def listener():
    process = subprocess.Popen(
        [sys.executable, "-c", _LISTENER],
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None and process.stdout.readline() == b"up\n"
    yield process
    process.send_signal(signal.SIGCONT)
    process.kill()
    process.communicate()


def test_other_threads_run_while_a_publisher_waits_for_a_stopped_listener(listener):
    context = Context()
    rclpy.init(args=[], context=context)
    node = rclpy.create_node("flooder", context=context)
    publisher = node.create_publisher(String, "flood", QoSProfile(history=HistoryPolicy.KEEP_ALL))
    while publisher.get_subscription_count() == 0:
        time.sleep(0.02)
    sent, enough = [0], threading.Event()
    message = String(data="x" * 500_000)

    def flood():
        while not enough.is_set():
            publisher.publish(message)
            sent[0] += 1

    listener.send_signal(signal.SIGSTOP)
    thread = threading.Thread(target=flood, daemon=True)
    thread.start()
    # Turns of this thread within one message of the other's.
    deadline, before, turns = time.monotonic() + 30.0, -1, 0
    while turns < 50:
        assert time.monotonic() < deadline, "it never had to wait, or nobody else had a turn"
        before, turns = sent[0], turns + 1 if sent[0] == before else 0
        time.sleep(0.01)
    listener.send_signal(signal.SIGCONT)
    while sent[0] == before:
        assert time.monotonic() < deadline + 20.0, "it waits for a listener that goes on"
        time.sleep(0.02)
    enough.set()
    thread.join(20.0)
    assert not thread.is_alive()
    node.destroy_node()
    context.shutdown()
