"""What is sent to a process that has no processor for a while waits in its socket."""

from __future__ import annotations

import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from std_msgs.msg import String

import rclpy
from rclpy.context import Context
from rclpy.qos import QoSProfile, ReliabilityPolicy

_COUNT, _SIZE = 12, 172_800
_HELLO = b"--"
_LISTENER = f"""
import rclpy
from rclpy.qos import QoSProfile, ReliabilityPolicy
from std_msgs.msg import String
rclpy.init()
node = rclpy.create_node("listener")
profile = QoSProfile(depth={_COUNT}, reliability=ReliabilityPolicy.BEST_EFFORT)
node.create_subscription(String, "image", lambda m: print(m.data[:2], flush=True), profile)
print("up", flush=True)
rclpy.spin(node)
"""
_LIMIT = Path("/proc/sys/net/core/rmem_max")


def _has_said(listener: subprocess.Popen[bytes], within_s: float) -> bool:
    return bool(select.select([listener.stdout], [], [], within_s)[0])


@pytest.mark.skipif(
    not _LIMIT.exists() or int(_LIMIT.read_text()) < 2 * _COUNT * _SIZE,
    reason="the system gives a socket less than the images need (net.core.rmem_max)",
)
def test_images_sent_while_a_process_stands_still_are_received():
    # Without a buffer of ours, so that there is nothing to read where nothing came.
    command = [sys.executable, "-c", _LISTENER]
    listener = subprocess.Popen(command, stdout=subprocess.PIPE, bufsize=0)
    assert listener.stdout is not None and listener.stdout.readline() == b"up\n"
    context = Context()
    rclpy.init(args=[], context=context)
    node = rclpy.create_node("camera", context=context)
    profile = QoSProfile(depth=1, reliability=ReliabilityPolicy.BEST_EFFORT)
    publisher = node.create_publisher(String, "image", profile)
    try:
        # The other side has to know us, too.
        while not _has_said(listener, 0.1):
            publisher.publish(String(data=_HELLO.decode()))
        listener.send_signal(signal.SIGSTOP)
        for number in range(_COUNT):
            publisher.publish(String(data=f"{number:02d}" + "x" * _SIZE))
            time.sleep(0.02)
        listener.send_signal(signal.SIGCONT)
        heard: list[bytes] = []
        while len(heard) < _COUNT and _has_said(listener, 20.0):
            line = listener.stdout.readline().strip()
            heard += [line] * (line != _HELLO)
        assert heard == [f"{number:02d}".encode() for number in range(_COUNT)]
    finally:
        listener.kill()
        node.destroy_node()
        context.shutdown()
