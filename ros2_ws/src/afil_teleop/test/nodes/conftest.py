"""Recorders and robots as processes, and a person in front of them, over real DDS."""

import contextlib
import subprocess
import sys
import time
from pathlib import Path

import pytest
import rclpy
from rclpy.context import Context
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rosidl_runtime_py.utilities import get_message
from std_srvs.srv import Trigger

from afil_core.testing import ros_environment

FAKE_ROBOT = Path(__file__).with_name("fake_robot.py")


def node_program(node: str) -> list[str]:
    """Command that runs a node of this package."""
    code = f"from afil_teleop.nodes.{node} import main; raise SystemExit(main())"
    return [sys.executable, "-c", code, "--ros-args"]


RECORD = [*node_program("record_node"), "-p", "instruction:=lift the orange carrot"]


@pytest.fixture(autouse=True, scope="module")
def environment():
    with pytest.MonkeyPatch.context() as patch:
        for name, value in ros_environment().items():
            patch.setenv(name, value)
        yield


class Process:
    """A running program and what it printed."""

    def __init__(self, command, log: Path):
        self._log = log
        with log.open("wb") as file:
            self._process = subprocess.Popen(command, stdout=file, stderr=subprocess.STDOUT)

    @property
    def output(self) -> str:
        return self._log.read_text(errors="replace")

    def wait(self, timeout_s=60.0) -> int:
        return self._process.wait(timeout_s)

    def see(self, text, timeout_s=60.0):
        deadline = time.monotonic() + timeout_s
        while text not in self.output:
            assert time.monotonic() < deadline and self._process.poll() is None, self.output
            time.sleep(0.05)

    def kill(self):
        self._process.kill()
        self._process.wait(10)

    def stop(self):
        # Not SIGINT: a shell's background job ignores it, and so does a child that still starts.
        self._process.terminate()
        try:
            self._process.wait(10)
        finally:
            self._process.kill()


class Person(Node):
    """Calls a recorder's services and reads its status."""

    def __init__(self, context, recorder):
        super().__init__("person", context=context)
        self._recorder = recorder
        self._turns = SingleThreadedExecutor(context=context)
        self._turns.add_node(self)
        self.problems = {"recorder": [], "diagnostics": []}
        status = get_message("afil_interfaces/msg/RecorderStatus")
        self.create_subscription(status, f"{recorder}/status", self._status, 10)
        array = get_message("diagnostic_msgs/msg/DiagnosticArray")
        self.create_subscription(array, "/diagnostics", self._diagnosed, 10)

    def _status(self, message):
        self.problems["recorder"] += message.problems

    def _diagnosed(self, message):
        self.problems["diagnostics"] += [s.message for s in message.status if s.level != b"\0"]

    def ask(self, name):
        client = self.create_client(Trigger, f"{self._recorder}/{name}")
        assert client.wait_for_service(10.0), name
        future = client.call_async(Trigger.Request())
        self._turns.spin_until_future_complete(future, 30.0)
        self.destroy_client(client)
        return future.result()

    def ask_until(self, name, words, timeout_s=60.0):
        """Ask again until the answer has all the words."""
        deadline = time.monotonic() + timeout_s
        while not all(w in (answer := self.ask(name)).message for w in words):
            if answer.success:
                self.ask("discard")
            assert time.monotonic() < deadline, f"{name}: {answer.message}"
            self.wait(0.2)
        return answer

    def see(self, process, text, timeout_s=60.0):
        """Read what a process prints, and answer meanwhile."""
        deadline = time.monotonic() + timeout_s
        while text not in process.output:
            assert time.monotonic() < deadline, process.output
            self.wait(0.1)

    def wait(self, seconds):
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self._turns.spin_once(timeout_sec=left)


@pytest.fixture
def meet():
    """Function that makes a person in front of a recorder."""
    context = Context()
    rclpy.init(context=context)
    people = []

    def make(recorder="/record_node"):
        people.append(Person(context, recorder))
        return people[-1]

    yield make
    for person in people:
        person.destroy_node()
    rclpy.shutdown(context=context)


@pytest.fixture
def start(tmp_path):
    """Function that starts a program, which is ended after the test."""
    running = []

    def run(command):
        running.append(Process(command, tmp_path / f"{len(running)}.log"))
        return running[-1]

    yield run
    # One that does not end must not leave the others behind for the next test to meet.
    with contextlib.ExitStack() as stack:
        for process in running:
            stack.callback(process.stop)


@pytest.fixture
def program():
    """Function that answers the command of a node of this package."""
    return node_program


@pytest.fixture
def robot(start):
    """Function that starts a robot with faults."""
    return lambda *faults: start([sys.executable, str(FAKE_ROBOT), *faults])


@pytest.fixture
def recorder(start, tmp_path):
    """Function that starts a recorder and waits until it is up."""

    def run(*arguments, dataset="demos"):
        process = start([*RECORD, "-p", f"dataset:={tmp_path / dataset}", *arguments])
        process.see("recording to")
        return process

    return run


@pytest.fixture(scope="module")
def a_recorder(environment, tmp_path_factory):
    """Dataset of a recorder that meets one robot after the other."""
    folder = tmp_path_factory.mktemp("refused")
    named = ["-r", "__node:=of_many", "-p", f"dataset:={folder / 'demos'}"]
    process = Process([*RECORD, *named], folder / "log")
    process.see("recording to")
    yield folder / "demos"
    process.stop()
