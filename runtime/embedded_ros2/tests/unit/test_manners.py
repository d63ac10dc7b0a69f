"""Manners of the runtime: it yields to a real ROS 2, stays local, and says what it lacks."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[2] / "src"


def run(code, **env):
    return subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "PYTHONPATH": str(SOURCE), "ROS_LOG_DIR": "/tmp", **env},
    )


@pytest.fixture
def prefix(tmp_path):
    folder = tmp_path / "lib" / "python3.12" / "site-packages" / "rclpy"
    folder.mkdir(parents=True)
    (folder / "_rclpy_pybind11.cpython-312-x86_64-linux-gnu.so").touch()
    return str(tmp_path)


@pytest.mark.parametrize("module", ["rclpy", "std_msgs.msg", "diagnostic_updater"])
def test_it_refuses_to_shadow_a_sourced_ros(prefix, module):
    result = run(f"import {module}", AMENT_PREFIX_PATH=prefix)
    assert result.returncode != 0
    assert prefix in result.stderr and "refuses to shadow" in result.stderr


def test_what_is_missing_says_so_by_name():
    result = run("import rclpy.waitable")
    assert "embedded_ros2 has no rclpy.waitable; use a ROS 2 installation" in result.stderr
    result = run("import launch.actions as a; a.ForLoop")
    assert "NotImplementedError: embedded_ros2 has no launch.actions.ForLoop" in result.stderr


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({}, ["lo", "<AllowMulticast>false", "localhost"]),
        ({"ROS_AUTOMATIC_DISCOVERY_RANGE": "LOCALHOST"}, ["lo", "localhost"]),
        ({"ROS_STATIC_PEERS": "10.0.0.7;10.0.0.8"}, ["10.0.0.7", "10.0.0.8", "localhost"]),
        ({"ROS_AUTOMATIC_DISCOVERY_RANGE": "OFF"}, ["ros_discovery_off", "none"]),
        ({"CYCLONEDDS_URI": "<CycloneDDS><X/></CycloneDDS>"}, ["<X/>", "localhost"]),
    ],
)
def test_discovery_follows_the_environment(monkeypatch, variables, expected):
    from rclpy.impl.domain import configuration

    for name in ("ROS_AUTOMATIC_DISCOVERY_RANGE", "ROS_STATIC_PEERS", "CYCLONEDDS_URI"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    text = configuration()
    assert all(part in text for part in expected)


def test_subnet_does_not_restrict_the_interface(monkeypatch):
    from rclpy.impl.domain import configuration

    monkeypatch.delenv("CYCLONEDDS_URI", raising=False)
    monkeypatch.setenv("ROS_AUTOMATIC_DISCOVERY_RANGE", "SUBNET")
    assert "NetworkInterface" not in configuration()


def test_an_unknown_range_is_an_error():
    result = run("import rclpy; rclpy.init(); rclpy.create_node('n')",
                 ROS_AUTOMATIC_DISCOVERY_RANGE="WORLD")  # fmt: skip
    assert "ROS_AUTOMATIC_DISCOVERY_RANGE='WORLD' is unknown" in result.stderr


def test_an_impossible_domain_is_an_error():
    result = run("import rclpy; rclpy.init()", ROS_DOMAIN_ID="many")
    assert "ROS_DOMAIN_ID='many' is no domain" in result.stderr


def test_garbage_on_the_discovery_port_does_no_harm(another_domain):
    import rclpy

    domain = int(another_domain)
    rclpy.init(args=[], domain_id=domain)
    node = rclpy.create_node("target")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        for index in range(20):
            for payload in (b"", b"RTPS", b"RTPS\x02\x01" + bytes(200), os.urandom(900)):
                sender.sendto(payload, ("127.0.0.1", 7400 + 250 * domain + 10 + 2 * index))
    rclpy.spin_once(node, timeout_sec=0.1)
    assert node.get_node_names() == ["target"]
    node.destroy_node()
    rclpy.shutdown()


def test_nothing_is_left_after_shutdown(another_domain):
    result = run(
        "import os, threading, rclpy\n"
        "for _ in range(3):\n"
        "    rclpy.init(args=[]); n = rclpy.create_node('n'); rclpy.spin_once(n, timeout_sec=0)\n"
        "    n.destroy_node(); rclpy.shutdown()\n"
        "print([t.name for t in threading.enumerate() if t.is_alive()])\n",
        ROS_DOMAIN_ID=another_domain,
    )
    assert result.stdout.strip() in ("['MainThread']", "['MainThread', 'ros_signals']")


def test_a_full_disk_ends_the_log_file_and_not_the_node(tmp_path):
    code = """
import resource
import rclpy
rclpy.init(args=[])
resource.setrlimit(resource.RLIMIT_FSIZE, (300, 300))
for number in range(20):
    rclpy.logging.get_logger("full").info(f"message {number}")
rclpy.shutdown()
"""
    done = run(code, ROS_LOG_DIR=str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert "message 19" in done.stderr and "Traceback" not in done.stderr
    assert done.stderr.count("no more log lines in") == 1
