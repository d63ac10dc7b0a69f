"""What of launch is the embedded runtime's own: no real ROS need behave so."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROS2 = Path(sys.executable).parent / "ros2"

HEADER = """
import sys
from launch import LaunchDescription
from launch.actions import *
from launch.substitutions import *
from launch_ros.actions import *
"""


@pytest.fixture
def launch(tmp_path):
    """A function that launches entities and gives (exit code, output)."""
    started = []

    def start(entities: str, *words: str) -> subprocess.Popen:
        path = tmp_path / "test.launch.py"
        body = f"def generate_launch_description():\n    return LaunchDescription([{entities}])\n"
        path.write_text(HEADER + body)
        process = subprocess.Popen(
            [ROS2, "launch", path, *words],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ, "ROS_LOG_DIR": str(tmp_path / "log"), "PYTHONUNBUFFERED": "1"},
        )
        started.append(process)
        return process

    def run(entities: str, *words: str):
        process = start(entities, *words)
        out, _ = process.communicate(timeout=90)
        return process.returncode, out

    run.start = start
    yield run
    for process in started:
        if process.poll() is None:
            process.kill()
            process.communicate()


ARGUMENT = "DeclareLaunchArgument('episodes', default_value='1', description='how many')"


def test_undeclared_argument_is_refused_with_the_likely_name(launch):
    code, out = launch(ARGUMENT, "episode:=3")
    assert code == 1
    assert out.strip() == (
        "launch file 'test.launch.py' declares no argument 'episode': did you mean 'episodes'? "
        "(--show-args lists them)"
    )


def test_undeclared_argument_that_the_file_reads_is_accepted(launch):
    code, out = launch("LogInfo(msg=LaunchConfiguration('speed', default='slow'))", "speed:=fast")
    assert code == 0
    assert "fast" in out


def test_argument_that_launch_itself_reads_is_accepted(launch):
    assert launch(ARGUMENT, "sigterm_timeout:=1")[0] == 0


def test_launch_file_that_fails_to_load_ends_in_a_sentence(launch):
    code, out = launch("undefined_name")
    assert code == 1
    assert "NameError: name 'undefined_name' is not defined" in out
    assert "Traceback" not in out


@pytest.mark.parametrize("name", ["launch.xml", "launch.yaml"])
def test_other_kinds_of_launch_files_are_refused_by_name(tmp_path, name):
    path = tmp_path / f"x.{name}"
    path.write_text("")
    done = subprocess.run([ROS2, "launch", path], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "embedded_ros2 has no" in done.stderr
    assert "use a ROS 2 installation" in done.stderr


def test_log_folder_that_cannot_be_made_ends_in_a_sentence(tmp_path):
    (tmp_path / "x.launch.py").write_text(
        f"{HEADER}def generate_launch_description():\n    return LaunchDescription([])\n"
    )
    done = subprocess.run(
        [ROS2, "launch", tmp_path / "x.launch.py"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "ROS_LOG_DIR": str(tmp_path / "x.launch.py" / "log")},
    )
    assert done.returncode == 1
    assert "set ROS_LOG_DIR" in done.stderr
    assert "Traceback" not in done.stderr


def is_gone(pid: int) -> bool:
    for _ in range(1000):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.02)
    return False


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGQUIT])
def test_termination_of_the_launch_ends_its_children(launch, tmp_path, number):
    pid_file = tmp_path / "pid"
    body = f"import os, time; open({str(pid_file)!r}, 'w').write(str(os.getpid())); time.sleep(60)"
    process = launch.start(f"ExecuteProcess(cmd=[sys.executable, '-c', {body!r}])")
    while not (pid_file.exists() and pid_file.read_text()):
        assert process.poll() is None
        time.sleep(0.02)
    process.send_signal(number)
    process.communicate(timeout=30)
    assert is_gone(int(pid_file.read_text()))


def test_stubborn_child_of_a_launch_in_a_launch_is_ended(launch, tmp_path):
    pid_file = tmp_path / "pid"
    body = (
        "import os, signal, time\n"
        "for number in (signal.SIGINT, signal.SIGTERM): signal.signal(number, signal.SIG_IGN)\n"
        f"open({str(pid_file)!r}, 'w').write(str(os.getpid()))\n"
        "time.sleep(60)\n"
    )
    inner = tmp_path / "inner.launch.py"
    inner.write_text(
        f"{HEADER}def generate_launch_description():\n"
        f"    return LaunchDescription([ExecuteProcess(cmd=[sys.executable, '-c', {body!r}])])\n"
    )
    process = launch.start(
        f"ExecuteProcess(cmd=[{str(ROS2)!r}, 'launch', {str(inner)!r}], output='screen', "
        "sigterm_timeout='0.5', sigkill_timeout='4')"
    )
    while not (pid_file.exists() and pid_file.read_text()):
        assert process.poll() is None
        time.sleep(0.02)
    process.send_signal(signal.SIGTERM)
    out, _ = process.communicate(timeout=40)
    assert is_gone(int(pid_file.read_text())), out


def test_last_words_without_a_newline_are_not_lost(launch):
    body = "import sys; sys.stderr.write('last words'); sys.exit(1)"
    _, out = launch(f"ExecuteProcess(cmd=[sys.executable, '-c', {body!r}], output='screen')")
    assert "last words" in out
    assert "exit code 1" in out


def test_much_output_is_neither_lost_nor_mixed(launch):
    body = "for i in range(5000): print('line', i)"
    entity = f"ExecuteProcess(cmd=[sys.executable, '-c', {body!r}], output='screen', name='many')"
    _, out = launch(entity)
    lines = [line for line in out.splitlines() if line.startswith("[many-1] line")]
    assert lines == [f"[many-1] line {i}" for i in range(5000)]


def test_grandchild_that_keeps_the_pipes_open_does_not_block_the_launch(launch):
    body = (
        "import subprocess, sys;"
        "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])"
    )
    begin = time.monotonic()
    code, _ = launch(f"ExecuteProcess(cmd=[sys.executable, '-c', {body!r}], output='screen')")
    assert code == 0
    assert time.monotonic() - begin < 50.0


def test_part_of_a_path_may_be_made_of_several_substitutions():
    from launch import LaunchContext
    from launch.substitutions import PathJoinSubstitution, TextSubstitution

    path = PathJoinSubstitution(["/opt", [TextSubstitution(text="franka"), ".yaml"]]) / "x"
    assert path.perform(LaunchContext()) == "/opt/franka.yaml/x"


def test_missing_names_answer_by_name():
    import launch.actions
    import launch_ros.actions

    for module, name in (
        (launch.actions, "ForLoop"),
        (launch_ros.actions, "ComposableNodeContainer"),
    ):
        with pytest.raises(NotImplementedError, match=f"embedded_ros2 has no .*{name}"):
            getattr(module, name)
    with pytest.raises(AttributeError):
        launch.actions.NoSuchThing  # noqa: B018


@pytest.mark.parametrize("name", ["launch_testing", "launch_xml", "tf2_ros", "rosbag2_py"])
def test_missing_packages_answer_by_name(name):
    import importlib

    for kind in (ModuleNotFoundError, NotImplementedError):
        with pytest.raises(kind, match=f"embedded_ros2 has no {name}; use a ROS 2 installation"):
            importlib.import_module(name)


def test_launch_service_runs_in_a_thread_and_more_than_once(tmp_path):
    import threading

    from launch import LaunchDescription, LaunchService
    from launch.actions import ExecuteProcess, OpaqueFunction, TimerAction

    called = []
    mark = OpaqueFunction(function=lambda context: called.append(context.is_shutdown))
    service = LaunchService(noninteractive=True)
    for _ in range(2):
        service.include_launch_description(
            LaunchDescription([TimerAction(period=0.05, actions=[mark])])
        )
        assert service.run() == 0
    assert called == [False, False]
    process = ExecuteProcess(cmd=["sleep", "60"])
    service.include_launch_description(LaunchDescription([process]))
    thread = threading.Thread(target=service.run)
    thread.start()
    while process.process_details is None or "pid" not in process.process_details:
        time.sleep(0.01)
    service.shutdown()
    thread.join(timeout=10)
    assert not thread.is_alive()
    assert is_gone(process.process_details["pid"])


def test_autostarted_lifecycle_node_becomes_active(launch, tmp_path):
    node = tmp_path / "managed.py"
    node.write_text(
        "import rclpy\n"
        "from rclpy.lifecycle import LifecycleNode\n"
        "class Node(LifecycleNode):\n"
        "    def on_activate(self, state):\n"
        "        print('ACTIVATED', flush=True)\n"
        "        self.create_timer(0.1, rclpy.shutdown)\n"
        "        return super().on_activate(state)\n"
        "rclpy.init()\n"
        "node = Node('managed')\n"
        "try:\n"
        "    rclpy.spin(node)\n"
        "except rclpy.executors.ExternalShutdownException:\n"
        "    pass\n"
    )
    code, out = launch(
        f"LifecycleNode(executable=sys.executable, arguments=[{str(node)!r}], name='managed', "
        "namespace='', autostart=True, output='screen', on_exit=Shutdown())"
    )
    assert "ACTIVATED" in out, out
    assert code == 0
