"""One ROS context per test module; the same tests run on the embedded and on the real rclpy."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

os.environ.setdefault("ROS_LOG_DIR", f"/tmp/ros_conformance_{os.getpid()}")

# One and the same for every turn: where it changes, rclpy of Jazzy begins its round anew, and a
# coroutine that waits for something is all that ever gets a turn.
STEP_S = 0.02
# A busy machine may give a process nothing for some seconds; what holds is seen at once.
PATIENCE_S = 30.0
PEER = Path(__file__).parent / "peer.py"


class Ros:
    """What most tests need: a node, a second node, and an executor that runs both."""

    def __init__(self, node, other):
        import rclpy
        from rclpy.executors import SingleThreadedExecutor

        self.rclpy = rclpy
        self.init = rclpy.init(args=[])
        self.node = rclpy.create_node(node)
        self.other = rclpy.create_node(other, namespace="/elsewhere")
        self.executor = SingleThreadedExecutor()
        self.executor.add_node(self.node)
        self.executor.add_node(self.other)

    def spin_until(self, condition, timeout=PATIENCE_S):
        """Run callbacks until a condition holds; returns whether it does."""
        end = time.monotonic() + timeout
        while not condition():
            if time.monotonic() >= end:
                return False
            self.executor.spin_once(timeout_sec=STEP_S)
        return True

    def spin_for(self, seconds):
        """Run callbacks for a time."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.executor.spin_once(timeout_sec=STEP_S)

    def result(self, future, timeout=PATIENCE_S):
        """Run callbacks until a future is done; returns its result."""
        self.executor.spin_until_future_complete(future, timeout_sec=timeout)
        assert future.done(), "the future was not completed in time"
        return future.result()

    def matched(self, publisher, count=1):
        """Wait until a publisher reaches a number of subscriptions."""
        return self.spin_until(lambda: publisher.get_subscription_count() >= count)

    def close(self):
        self.executor.shutdown()
        self.node.destroy_node()
        self.other.destroy_node()
        self.rclpy.try_shutdown()


@pytest.fixture(scope="module")
def ros(request):
    """Nodes and an executor, shared by the tests of a module, which may name them in NODES."""
    ros = Ros(*getattr(request.module, "NODES", ("conformance", "other")))
    yield ros
    ros.close()


_names = iter(range(10**6))


@pytest.fixture
def name():
    """Topic or service name that no other test uses."""
    return f"name_{os.getpid()}_{next(_names)}"


@pytest.fixture
def peer():
    """Start ``peer.py`` roles in processes of their own; they are ended with the test."""
    started = []

    def start(role, *arguments, ros_args=(), env=None):
        command = [sys.executable, str(PEER), role, *map(str, arguments)]
        if ros_args:
            command += ["--ros-args", *ros_args]
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1", **(env or {})},
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


@pytest.fixture
def wait_line():
    """Function that reads a process's output until a line holds a text."""
    return _wait_line


def _wait_line(process, text, timeout=PATIENCE_S):
    """Read a process's output until a line holds a text."""
    end = time.monotonic() + timeout
    while time.monotonic() < end:
        line = process.stdout.readline()
        if not line:
            break
        if text in line:
            return line.strip()
    raise AssertionError(
        f"no line with {text!r}: {process.stderr.read() if process.poll() is not None else ''}"
    )
