"""``make ros`` on machines that lack something: a sentence each, and nothing built."""

import os
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

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


def tool() -> dict[str, Any]:
    space: dict[str, Any] = {"__name__": "ros_tool", "__file__": str(TOOL)}
    source = TOOL.read_text()
    sys.modules["ros_tool"] = type(sys)("ros_tool")
    exec(compile(source, str(TOOL), "exec"), space)
    return space


def required() -> tuple[str, ...]:
    return tool()["REQUIRED"]


def test_no_sourced_ros_is_said():
    done = check({})
    assert done.returncode == 2
    assert done.stderr.startswith("error: no ROS 2 is sourced: ")


def test_rclpy_that_this_python_cannot_import_is_said(prefix):
    done = check(prefix("rclpy", rclpy="raise ImportError('made for another Python')"))
    assert done.returncode == 2
    assert "cannot import the sourced rclpy: ImportError: made for another Python" in done.stderr


def test_required_packages_are_named(prefix):
    names = [name for name in required() if name != "std_srvs"]
    done = check(prefix(*names))
    assert done.returncode == 2
    assert "lacks std_srvs" in done.stderr


def test_optional_packages_are_named_and_the_rest_goes_on(prefix):
    done = check(prefix(*required(), "rmw_fastrtps_cpp", "ros2bag"))
    assert done.returncode == 0, done.stderr
    assert "moveit_msgs is not installed" in done.stdout
    assert "ros2bag is not installed" not in done.stdout
    assert "rmw_cyclonedds_cpp is not installed: the tests do not run on it" in done.stdout


def test_ros_without_a_middleware_is_said(prefix):
    done = check(prefix(*required()))
    assert done.returncode == 2
    assert "none of rmw_cyclonedds_cpp and rmw_fastrtps_cpp" in done.stderr


def test_tests_stay_on_this_machine_where_the_setup_file_says_otherwise(monkeypatch):
    monkeypatch.setenv("ROS_AUTOMATIC_DISCOVERY_RANGE", "SUBNET")
    for middleware in ("rmw_cyclonedds_cpp", "rmw_fastrtps_cpp"):
        seen = tool()["test_environment"](middleware)
        assert seen["ROS_AUTOMATIC_DISCOVERY_RANGE"] == "LOCALHOST"
    runpy.run_path(str(TOOL.parents[1] / "runtime/embedded_ros2/tests/conftest.py"))
    assert os.environ["ROS_AUTOMATIC_DISCOVERY_RANGE"] == "LOCALHOST"


def test_commands_look_around_longer_where_discovery_takes_longer(monkeypatch):
    monkeypatch.delenv("ROS_CONFORMANCE_SPIN_TIME", raising=False)
    seconds = {
        name: float(tool()["test_environment"](name)["ROS_CONFORMANCE_SPIN_TIME"])
        for name in ("rmw_cyclonedds_cpp", "rmw_fastrtps_cpp")
    }
    # A new participant of Fast DDS may take 3 s to see one that runs.
    assert seconds["rmw_fastrtps_cpp"] >= 4.0 and seconds["rmw_cyclonedds_cpp"] >= 2.0


def test_colcon_runs_with_the_setuptools_that_is_pinned():
    lines = (TOOL.parents[1] / "requirements.txt").read_text().splitlines()
    (version,) = [line.split("==")[1] for line in lines if line.startswith("setuptools==")]
    # colcon-core asks for one below 80.
    assert int(version.split(".")[0]) < 80
