"""Recorders and robots as processes, and a person in front of them, over real DDS."""

import contextlib
import importlib.util
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
import rclpy
from rclpy.context import Context
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rosidl_runtime_py.utilities import get_message
from std_srvs.srv import Trigger

from afil_core.episodes import Episode
from afil_core.episodes.metadata import EPISODE_FILE
from afil_core.testing import ros_environment

# What a busy machine may take to start a process.
PATIENCE_S = 30.0


def _fake_robot():
    # With --import-mode=importlib a test folder is no package.
    path = Path(__file__).with_name("fake_robot.py")
    spec = importlib.util.spec_from_file_location("afil_fake_robot", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


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
        self._process.wait(60)

    def stop(self):
        # Not SIGINT: a shell's background job ignores it, and so does a child that still starts.
        self._process.terminate()
        try:
            self._process.wait(60)
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
        assert client.wait_for_service(PATIENCE_S), name
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

    def until(self, condition, timeout_s=60.0):
        """Answer until something holds."""
        deadline = time.monotonic() + timeout_s
        while not condition():
            assert time.monotonic() < deadline
            self.wait(0.1)

    def follow(self, arm, steps):
        """Answer until a robot has made so many steps more, of 0.1 s."""
        last = arm.node.steps + steps
        self.until(lambda: arm.node.steps >= last)

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


class Robot:
    """A robot with faults, in a thread and a context of its own."""

    def __init__(self, *faults):
        fake = _fake_robot()
        arguments = ["fake_robot", *faults]
        self._context = Context()
        rclpy.init(args=arguments, context=self._context)
        self.node = fake.FakeRobot(fake.given(arguments), context=self._context)
        self._turns = SingleThreadedExecutor(context=self._context)
        self._turns.add_node(self.node)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._spin)
        self._thread.start()

    def stop(self):
        self._over.set()
        self._thread.join()
        self.node.destroy_node()
        rclpy.shutdown(context=self._context)

    def _spin(self):
        while not self._over.is_set():
            self._turns.spin_once(timeout_sec=0.05)


@pytest.fixture
def robot():
    """Function that starts a robot with faults."""
    running = []

    def run(*faults):
        running.append(Robot(*faults))
        return running[-1]

    yield run
    for one in running:
        one.stop()


@pytest.fixture
def recorder(start, tmp_path):
    """Function that starts a recorder and waits until it is up."""

    def run(*arguments, dataset="demos"):
        process = start([*RECORD, "-p", f"dataset:={tmp_path / dataset}", *arguments])
        process.see("recording to")
        return process

    return run


# A test may have a recorder of its own beside it.
OF_MANY = "of_many"


class Shared:
    """A recorder that meets one robot after the other, and what the present one left."""

    def __init__(self, folder):
        self.dataset = folder / "demos"
        named = ["-r", f"__node:={OF_MANY}", "-p", f"dataset:={self.dataset}"]
        self.process = Process([*RECORD, *named], folder / "log")
        self.process.see("recording to")
        self.begin()

    def begin(self):
        self._before = set(self.dataset.glob(f"**/{EPISODE_FILE}"))
        self._read = len(self.process.output)

    @property
    def output(self):
        return self.process.output[self._read :]

    @property
    def episodes(self):
        return self._new("")

    @property
    def set_aside(self):
        return self._new("set_aside/")

    def _new(self, where):
        files = sorted(self.dataset.glob(f"{where}episode_*/{EPISODE_FILE}"))
        return [Episode(file.parent) for file in files if file not in self._before]


@pytest.fixture(scope="module")
def _one_recorder(environment, tmp_path_factory):
    made = Shared(tmp_path_factory.mktemp("shared"))
    yield made
    made.process.stop()


@pytest.fixture
def shared(_one_recorder):
    """A recorder that meets one robot after the other."""
    _one_recorder.begin()
    return _one_recorder
