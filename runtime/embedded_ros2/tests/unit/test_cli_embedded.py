"""What of the ros2 command is the embedded runtime's own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROS2 = Path(sys.executable).parent / "ros2"


def ros2(*words: str, **environment: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [ROS2, *words],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
        stdin=subprocess.DEVNULL,
        env={**os.environ, **environment},
    )


@pytest.fixture
def distribution(tmp_path, monkeypatch):
    """A pip-installed package with a console script, in an environment of its own."""
    prefix = tmp_path / "environment"
    site = tmp_path / "site"
    info = site / "scripted-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: scripted\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[console_scripts]\ntool = scripted:main\n")
    (site / "scripted.py").write_text("def main():\n    print('scripted')\n    return 4\n")
    index = prefix / "share/ament_index/resource_index/packages"
    index.mkdir(parents=True)
    (index / "scripted").touch()
    monkeypatch.setattr(sys, "prefix", str(prefix))
    monkeypatch.syspath_prepend(str(site))
    return prefix, site


def test_console_script_is_an_executable_of_its_package(distribution):
    from embedded_ros2.executables import executable_names, find_executable

    prefix, site = distribution
    assert executable_names("scripted") == ["tool"]
    path = find_executable("scripted", "tool")
    assert path == str(prefix / "lib/scripted/tool")
    done = subprocess.run(
        [path], env={**os.environ, "PYTHONPATH": str(site)}, capture_output=True, check=False
    )
    assert (done.stdout, done.returncode) == (b"scripted\n", 4)


def test_a_process_that_a_console_script_starts_does_not_begin_anew(distribution):
    from embedded_ros2.executables import find_executable

    _, site = distribution
    (site / "scripted.py").write_text(
        "import multiprocessing\n\n"
        "def main():\n"
        "    multiprocessing.set_start_method('spawn')\n"
        "    with multiprocessing.Pool(1) as pool:\n"
        "        return sum(pool.map(abs, [-3, -4]))\n"
    )
    path = find_executable("scripted", "tool")
    environment = {**os.environ, "PYTHONPATH": str(site)}
    done = subprocess.run([path], env=environment, capture_output=True, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (7, b"")


def test_console_script_that_is_gone_is_no_executable_any_more(distribution):
    from embedded_ros2.executables import executable_names, find_executable

    _, site = distribution
    assert find_executable("scripted", "tool") is not None
    (site / "scripted-1.0.dist-info/entry_points.txt").write_text("")
    assert find_executable("scripted", "tool") is None
    assert executable_names("scripted") == []


def test_unknown_package_is_an_error(distribution):
    from ament_index_python.packages import PackageNotFoundError
    from embedded_ros2.executables import find_executable

    with pytest.raises(PackageNotFoundError, match="package 'nothing' not found"):
        find_executable("nothing", "tool")


def test_sourced_ros_keeps_its_own_command(tmp_path):
    folder = tmp_path / "lib/python3.12/site-packages/rclpy"
    folder.mkdir(parents=True)
    (folder / "_rclpy_pybind11.so").touch()
    done = ros2("pkg", "list", AMENT_PREFIX_PATH=str(tmp_path))
    assert done.returncode == 1
    assert f"A ROS 2 installation is sourced ({tmp_path})" in done.stderr
    assert done.stdout == ""


def test_missing_command_answers_by_name():
    done = ros2("security")
    assert done.returncode == 1
    assert "embedded_ros2 has no 'ros2 security'; use a ROS 2 installation" in done.stderr


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (("bag", "convert", "-i", "x"), "ros2 bag convert"),
        (("topic", "pub", "--stdin", "/x", "std_msgs/msg/String"), "ros2 topic pub --stdin"),
        (("bag", "record", "--max-bag-size", "5", "/x"), "ros2 bag record --max-bag-size"),
    ],
)
def test_missing_verb_or_option_answers_by_name(words, name):
    done = ros2(*words)
    assert done.returncode == 1
    assert f"embedded_ros2 has no '{name}'; use a ROS 2 installation" in done.stderr


def test_help_lists_the_commands():
    done = ros2()
    assert done.returncode == 0
    for name in ("bag", "doctor", "launch", "lifecycle", "topic"):
        assert f"  {name}" in done.stdout


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (lambda path: None, "does not exist"),
        (lambda path: path.mkdir(), "has no metadata.yaml"),
        (lambda path: path.write_bytes(b"\x89MCAP0\r\nrest"), "cannot be read as a bag"),
    ],
)
def test_bag_that_is_none_ends_in_a_sentence(tmp_path, make, expected):
    path = tmp_path / "bag.mcap"
    make(path)
    done = ros2("bag", "info", str(path))
    assert done.returncode == 1
    assert expected in done.stderr
    assert "Traceback" not in done.stderr


def test_bag_with_broken_metadata_ends_in_a_sentence(tmp_path):
    (tmp_path / "metadata.yaml").write_text("rosbag2_bagfile_information: [")
    done = ros2("bag", "info", str(tmp_path))
    assert done.returncode == 1
    assert "is not the metadata of a bag" in done.stderr


def test_record_without_topics_ends_in_a_sentence():
    done = ros2("bag", "record")
    assert done.returncode == 1
    assert "--all, --topics, --regex" in done.stderr


def test_record_never_writes_into_an_existing_folder(tmp_path):
    done = ros2("bag", "record", "-a", "-o", str(tmp_path))
    assert done.returncode == 1
    assert "already exists" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_doctor_finds_what_is_wrong_with_the_domain():
    done = ros2("doctor", ROS_DOMAIN_ID="999")
    assert done.returncode == 1
    assert "ROS_DOMAIN_ID is '999'" in done.stderr


def test_resources_of_the_environment_are_found():
    from ament_index_python import get_package_share_directory, get_resources, has_resource

    assert has_resource("packages", "launch_ros") == sys.prefix
    assert "std_srvs" in get_resources("packages")
    assert Path(get_package_share_directory("std_srvs"), "srv/Trigger.srv").is_file()
