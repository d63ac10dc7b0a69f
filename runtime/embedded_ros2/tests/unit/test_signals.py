"""Signals that arrive in the middle of things."""

from __future__ import annotations

import subprocess
import sys

import pytest

# A timer's signal raises every so often, wherever the interpreter happens to be.
_INTERRUPTED = """
import signal, sys, time
import rclpy
from std_msgs.msg import String

class Interrupt(Exception): pass

def interrupt(*_):
    raise Interrupt

rclpy.init(signal_handler_options=rclpy.SignalHandlerOptions.NO)
node = rclpy.create_node("interrupted")
publisher = node.create_publisher(String, "chatter", 1000)
subscription = node.create_subscription(String, "chatter", print, 1000)
service_like = {"take": subscription._take, "graph": lambda: node.count_publishers("/chatter")}
call = service_like[sys.argv[1]]
signal.signal(signal.SIGALRM, interrupt)
interrupts, end = 0, time.monotonic() + 4.0
while interrupts < 1500 and time.monotonic() < end:
    try:
        for number in range(50):
            publisher.publish(String(data="x" * (10_000 * (number % 2))))
        signal.setitimer(signal.ITIMER_REAL, 0.00005 + interrupts % 50 * 1e-6)
        while True:
            call()
    except Interrupt:
        interrupts += 1
signal.setitimer(signal.ITIMER_REAL, 0)
assert node.count_publishers("/chatter") == 1
print("interrupts", interrupts)
"""


@pytest.mark.parametrize("where", ["take", "graph"])
def test_signal_that_raises_while_samples_are_taken_does_not_crash(where):
    result = subprocess.run(
        [sys.executable, "-c", _INTERRUPTED, where],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert result.returncode == 0, result.stderr
    assert int(result.stdout.split()[1]) > 100
