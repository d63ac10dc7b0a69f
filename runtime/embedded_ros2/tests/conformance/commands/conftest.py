"""A package in a prefix of its own, and the ros2 command run on it in processes of its own."""

import dataclasses
import os
import shutil
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

PACKAGE = "conformance_package"
# Commands of which each is a package that a ROS installation may lack.
COMMANDS = ("action", "bag", "doctor", "interface", "lifecycle", "node", "param", "pkg", "service",
            "topic")  # fmt: skip


@dataclasses.dataclass
class Outcome:
    code: int
    out: str
    err: str

    @property
    def text(self) -> str:
        return self.out + self.err


class Workspace:
    """An ament prefix with one package, made for one test."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.share = root / "share" / PACKAGE
        self.lib = root / "lib" / PACKAGE
        for folder in (self.share / "launch", self.lib):
            folder.mkdir(parents=True)
        index = root / "share/ament_index/resource_index/packages"
        index.mkdir(parents=True)
        (index / PACKAGE).touch()
        (self.share / "package.xml").write_text(
            f"<package format='3'><name>{PACKAGE}</name><version>1.2.3</version></package>"
        )
        others = os.environ.get("AMENT_PREFIX_PATH")
        self.environment = {
            **os.environ,
            "AMENT_PREFIX_PATH": os.pathsep.join([str(root), *([others] if others else [])]),
            "ROS_LOG_DIR": str(root / "log"),
            "PYTHONUNBUFFERED": "1",
        }
        self.processes: list[subprocess.Popen[str]] = []

    @property
    def command(self) -> str:
        return _ros2()

    @property
    def package(self) -> str:
        return PACKAGE

    def executable(self, name: str, body: str) -> Path:
        path = self.lib / name
        path.write_text(f"#!{sys.executable}\n{textwrap.dedent(body)}")
        path.chmod(0o755)
        return path

    def launch_file(self, body: str, name: str = "test.launch.py") -> str:
        """Write a launch file; ``body`` is the list of entities, or a whole module."""
        text = textwrap.dedent(body)
        if "def generate_launch_description" not in text:
            entities = textwrap.indent(text.strip(), "        ")
            text = (
                "def generate_launch_description():\n"
                f"    return LaunchDescription([\n{entities}\n    ])\n"
            )
        path = self.share / "launch" / name
        path.write_text(HEADER + text)
        return str(path)

    def file(self, name: str, text: str) -> str:
        path = self.share / name
        path.write_text(textwrap.dedent(text))
        return str(path)

    def ros2(self, *words: str, timeout: float = 90.0) -> Outcome:
        process = self.start(*words)
        out, err = process.communicate(timeout=timeout)
        if "unrecognized arguments" in err and "--no-daemon" in err:
            # Not every verb of every distribution has it; the daemon needs a moment to find all.
            self.ros2("daemon", "start")
            time.sleep(max(2.0, self.spin_time))
            return self.ros2(*(word for word in words if word != "--no-daemon"), timeout=timeout)
        return Outcome(process.returncode, out, err)

    def ros2_until(self, text: str, *words: str, seconds: float = 30.0) -> Outcome:
        """Repeat a command until its output holds a text; returns the last outcome."""
        deadline = time.monotonic() + seconds
        while True:
            outcome = self.ros2(*words)
            if text in outcome.out or time.monotonic() > deadline:
                return outcome

    def start(self, *words: str) -> "subprocess.Popen[str]":
        if words[0] in COMMANDS:
            needs(f"ros2{words[0]}")
        process = subprocess.Popen(
            [_ros2(), *_patiently(words)],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self.processes.append(process)
        return process

    def interrupt(self, process: "subprocess.Popen[str]") -> str:
        """End a command as Ctrl-C does, and return the rest of its output."""
        process.send_signal(signal.SIGINT)
        return process.communicate(timeout=30)[0]

    @property
    def spin_time(self) -> float:
        """Seconds that a command without a daemon looks around longer than the usual 0.5."""
        return float(os.environ.get("ROS_CONFORMANCE_SPIN_TIME") or 0.0)

    def launch(self, body: str, *arguments: str, timeout: float = 90.0) -> Outcome:
        return self.ros2("launch", self.launch_file(body), *arguments, timeout=timeout)

    def node(self, name: str, body: str) -> "subprocess.Popen[str]":
        """Run a node that prints READY when it is."""
        self.executable(name, body)
        process = self.start("run", PACKAGE, name)
        assert process.stdout is not None
        line = process.stdout.readline().strip()
        assert line == "READY", line
        return process

    def wait_for(self, path: Path, seconds: float = 60.0) -> str:
        """Wait until a file has content, and return it.

        Two interpreters may have to start until then, and a busy machine takes seconds for each.
        """
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if path.exists() and path.read_text():
                return path.read_text()
            time.sleep(0.02)
        raise AssertionError(f"'{path}' did not come within {seconds} s")

    def close(self) -> None:
        for process in self.processes:
            if process.poll() is None:
                # The whole group, as a terminal would: the command may wait for its child.
                os.killpg(process.pid, signal.SIGINT)
                try:
                    process.communicate(timeout=20)
                except subprocess.TimeoutExpired:
                    os.killpg(process.pid, signal.SIGKILL)
                    process.communicate()


HEADER = """\
import os, sys
from launch import LaunchDescription
from launch.actions import *
from launch.conditions import *
from launch.event_handlers import *
from launch.events import *
from launch.launch_description_sources import *
from launch.substitutions import *
from launch.actions import Shutdown, IncludeLaunchDescription
from launch_ros.actions import *
from launch_ros.descriptions import ParameterFile, ParameterValue
from launch_ros.substitutions import *

"""


def needs(package: str) -> None:
    """Skip a test where a real ROS 2 lacks an optional package; never on the embedded one."""
    prefixes = [Path(p) for p in os.environ.get("AMENT_PREFIX_PATH", "").split(os.pathsep) if p]
    index = "share/ament_index/resource_index/packages"
    real = any((prefix / index / "rclpy").is_file() for prefix in prefixes)
    if real and not any((prefix / index / package).is_file() for prefix in prefixes):
        pytest.skip(f"{package} is not installed")


def _patiently(words: tuple[str, ...]) -> list[str]:
    """Give a command more time to look around, where discovery needs it (see tools/ros.py)."""
    seconds = os.environ.get("ROS_CONFORMANCE_SPIN_TIME")
    if not seconds or "--no-daemon" not in words:
        return list(words)
    index = words.index("--no-daemon") + 1
    return [*words[:index], "--spin-time", seconds, *words[index:]]


def _ros2() -> str:
    beside = Path(sys.executable).parent / "ros2"
    found = shutil.which("ros2") or (str(beside) if beside.exists() else None)
    if found is None:
        pytest.skip("there is no ros2 command")
    return found


@pytest.fixture
def workspace(tmp_path):
    space = Workspace(tmp_path / "prefix")
    yield space
    space.close()


@pytest.fixture(scope="module")
def module_workspace(tmp_path_factory):
    space = Workspace(tmp_path_factory.mktemp("module") / "prefix")
    yield space
    space.close()


TALKER = """
import numpy, rclpy
from rclpy.qos import DurabilityPolicy, QoSProfile, qos_profile_sensor_data
from sensor_msgs.msg import Image, JointState
from std_msgs.msg import Byte, String

rclpy.init()
node = rclpy.create_node('talker', namespace='/demo')
strings = node.create_publisher(String, 'chatter', 10)
states = node.create_publisher(JointState, 'states', qos_profile_sensor_data)
latched = node.create_publisher(
    String, 'latched', QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL))
latched.publish(String(data='kept'))
octets = node.create_publisher(Byte, 'octets', 10)
hidden = node.create_publisher(String, '_hidden', 10)
heard = node.create_subscription(
    String, 'heard', lambda message: print('HEARD', message.data, flush=True), 10)
count = 0

def tick():
    global count
    count += 1
    strings.publish(String(data=f'hello {count}'))
    state = JointState(name=['a', 'b'], position=[0.5, 1.5])
    state.header.stamp = node.get_clock().now().to_msg()
    states.publish(state)
    octets.publish(Byte(data=b'\\x05'))

node.create_timer(0.05, tick)
print('READY', flush=True)
try:
    rclpy.spin(node)
except (KeyboardInterrupt, rclpy.executors.ExternalShutdownException):
    pass
# The talker of the next module has the same topics, and those of this one must not be counted.
node.destroy_node()
rclpy.try_shutdown()
"""


@pytest.fixture(scope="module")
def talker(module_workspace):
    """A node in a process of its own that publishes and listens."""
    return module_workspace.node("talker", TALKER)


@pytest.fixture
def ros2_bag():
    """The MCAP storage of ``ros2 bag``, which a ROS installation may lack."""
    needs("rosbag2_storage_mcap")


@pytest.fixture
def gone():
    """A function that says whether a process is gone, after giving it a moment."""

    def check(pid: int, seconds: float = 20.0) -> bool:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            try:
                os.kill(pid, 0)
            except ProcessLookupError:
                return True
            time.sleep(0.02)
        return False

    return check
