"""``make ros`` on machines that lack something: a sentence each, and what is made here."""

import importlib.util
import os
import runpy
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

TOOL = Path(__file__).resolve().parents[1] / "tools" / "ros.py"


@pytest.fixture
def prefix(tmp_path):
    """A function that makes a prefix with packages, an rclpy and a ros2 among them."""

    def make(*packages: str, rclpy: str = "", ros2: bool = True) -> dict[str, str]:
        index = tmp_path / "share/ament_index/resource_index/packages"
        index.mkdir(parents=True)
        for name in packages:
            (index / name).touch()
        (tmp_path / "python/rclpy").mkdir(parents=True)
        (tmp_path / "python/rclpy/__init__.py").write_text(rclpy)
        (tmp_path / "bin").mkdir()
        if ros2:
            (tmp_path / "bin/ros2").write_text("#!/bin/sh\n")
            (tmp_path / "bin/ros2").chmod(0o755)
        return {
            "AMENT_PREFIX_PATH": str(tmp_path),
            "PYTHONPATH": str(tmp_path / "python"),
            "PATH": f"{tmp_path / 'bin'}{os.pathsep}/usr/bin{os.pathsep}/bin",
        }

    return make


def check(environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    kept = {k: v for k, v in os.environ.items() if k not in ("AMENT_PREFIX_PATH", "PYTHONPATH")}
    return subprocess.run(
        [sys.executable, TOOL, "--check"],
        env={**kept, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def tool(monkeypatch) -> ModuleType:
    """``tools/ros.py``."""
    monkeypatch.syspath_prepend(str(TOOL.parent))
    spec = importlib.util.spec_from_file_location("ros_tool", TOOL)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "ros_tool", module)
    spec.loader.exec_module(module)
    return module


def test_no_sourced_ros_is_said():
    done = check({})
    assert done.returncode == 2
    assert done.stderr.startswith("error: no ROS 2 is sourced: ")


def test_rclpy_that_this_python_cannot_import_is_said(prefix):
    done = check(prefix("rclpy", rclpy="raise ImportError('made for another Python')"))
    assert done.returncode == 2
    assert "cannot import the sourced rclpy: ImportError: made for another Python" in done.stderr


def test_required_packages_are_named(prefix, tool):
    names = [name for name in tool.REQUIRED if name != "std_srvs"]
    done = check(prefix(*names))
    assert done.returncode == 2
    assert "lacks std_srvs" in done.stderr


def test_optional_packages_are_named_and_the_rest_goes_on(prefix, tool):
    done = check(prefix(*tool.REQUIRED, "rmw_fastrtps_cpp", "ros2bag"))
    assert done.returncode == 0, done.stderr
    assert "cv_bridge is not installed: the tests of cv_bridge will be left out" in done.stdout
    assert "ros2bag is not installed" not in done.stdout
    assert "rmw_cyclonedds_cpp is not installed: the tests do not run on it" in done.stdout


def test_messages_that_are_missing_are_built_where_those_that_they_need_are_there(prefix, tool):
    done = check(prefix(*tool.REQUIRED, "rmw_fastrtps_cpp", "builtin_interfaces", "control_msgs"))
    assert "carla_msgs is not installed: it is built here" in done.stdout
    assert "control_msgs" not in done.stdout
    # It needs shape_msgs, whose definitions are not here.
    assert "derived_object_msgs is not installed: CARLA's object lists" in done.stdout


def test_what_was_built_here_is_no_part_of_the_installation(tool, tmp_path, monkeypatch):
    theirs = tmp_path / "jazzy"
    ours = tmp_path / "build" / "install" / "carla_msgs"
    for folder in (theirs, ours):
        folder.mkdir(parents=True)
    monkeypatch.setattr(tool, "WORK", tmp_path / "build")
    monkeypatch.setenv("AMENT_PREFIX_PATH", f"{ours}{os.pathsep}{theirs}")
    assert tool.prefixes() == (theirs,)


def test_ros_without_a_middleware_is_said(prefix, tool):
    done = check(prefix(*tool.REQUIRED))
    assert done.returncode == 2
    assert "none of rmw_cyclonedds_cpp and rmw_fastrtps_cpp" in done.stderr


def test_tests_stay_on_this_machine_where_the_setup_file_says_otherwise(tool, monkeypatch):
    monkeypatch.setenv("ROS_AUTOMATIC_DISCOVERY_RANGE", "SUBNET")
    for middleware in ("rmw_cyclonedds_cpp", "rmw_fastrtps_cpp"):
        seen = tool.test_environment(middleware)
        assert seen["ROS_AUTOMATIC_DISCOVERY_RANGE"] == "LOCALHOST"
    runpy.run_path(str(TOOL.parents[1] / "runtime/embedded_ros2/tests/conftest.py"))
    assert os.environ["ROS_AUTOMATIC_DISCOVERY_RANGE"] == "LOCALHOST"


def test_commands_look_around_longer_where_discovery_takes_longer(tool, monkeypatch):
    monkeypatch.delenv("ROS_CONFORMANCE_SPIN_TIME", raising=False)
    seconds = {
        name: float(tool.test_environment(name)["ROS_CONFORMANCE_SPIN_TIME"])
        for name in ("rmw_cyclonedds_cpp", "rmw_fastrtps_cpp")
    }
    # A new participant of Fast DDS may take 3 s to see one that runs.
    assert seconds["rmw_fastrtps_cpp"] >= 4.0 and seconds["rmw_cyclonedds_cpp"] >= 2.0


def test_colcon_runs_with_the_setuptools_that_is_pinned():
    lines = (TOOL.parents[1] / "requirements.txt").read_text().splitlines()
    (version,) = [line.split("==")[1] for line in lines if line.startswith("setuptools==")]
    # colcon-core asks for one below 80.
    assert int(version.split(".")[0]) < 80


@pytest.fixture
def environment(tool, tmp_path, monkeypatch) -> ModuleType:
    """``tools/ros_environment.py``, whose folder is the test's."""
    module = sys.modules["ros_environment"]
    for name in ("WORK", "VENV", "SETUP"):
        place = tmp_path / getattr(module, name).relative_to(tool.WORK)
        monkeypatch.setattr(module, name, place)
    return module


def test_the_tests_environment_has_what_make_install_test_installs(environment, monkeypatch):
    said = []
    # The virtual environment and pip's part take minutes.
    monkeypatch.setattr(environment, "_install", lambda what, *words: said.append(words))
    environment.VENV.mkdir(parents=True)
    environment._mark_installed("requirements", environment.requirements())
    environment.make_environment(with_tests=False)
    assert said == []
    environment.make_environment(with_tests=True)
    files = [Path(word).name for words in said for word in words if word.endswith(".txt")]
    makefile = (environment.ROOT / "Makefile").read_text()
    assert "-r requirements-test.txt" in makefile
    assert files == ["requirements.txt", "requirements-test.txt", "requirements-metaworld.txt"]
    environment.make_environment(with_tests=True)
    assert len(said) == 2, "it is installed once"


def test_the_file_that_is_sourced_puts_the_environments_ros2_first(environment, tmp_path):
    for folder, says in ((environment.VENV / "bin", "ours"), (tmp_path / "jazzy", "theirs")):
        folder.mkdir(parents=True)
        (folder / "ros2").write_text(f"#!/bin/sh\necho {says}\n")
        (folder / "ros2").chmod(0o755)
    setup = environment.WORK / "install" / "setup.bash"
    setup.parent.mkdir()
    # As the setup file of an installation does it.
    setup.write_text(f'export PATH="{tmp_path / "jazzy"}:$PATH"\n')
    environment.write_setup()
    words = ["bash", "-c", f". {environment.SETUP} && ros2"]
    assert subprocess.run(words, capture_output=True, text=True).stdout == "ours\n"
