"""What the installation worked out of the standard interfaces."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from embedded_ros2 import standard

INSTALLED = Path(sys.prefix, standard.FILE)
NODE = """
import sys, rclpy
rclpy.init()
rclpy.create_node("quick").destroy_node()
rclpy.try_shutdown()
print(*sorted({name.split(".")[0] for name in sys.modules} & {"rosbags", "cyclonedds"}))
"""


def run(code: str, *words: str) -> str:
    command = [sys.executable, "-c", code, *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    return done.stdout.strip()


def test_the_file_is_what_rosbags_and_cyclone_say(tmp_path):
    path = tmp_path / "standard.json"
    run("import sys; from embedded_ros2 import standard; standard.write(sys.argv[1])", str(path))
    anew = json.loads(path.read_text())
    assert len(anew["messages"]) > 150 and len(anew["types"]) == len(standard.TYPES)
    assert json.loads(INSTALLED.read_text()) == anew


def test_a_node_starts_without_rosbags():
    assert run(NODE) == "cyclonedds"


def test_without_the_file_all_is_worked_out(monkeypatch):
    monkeypatch.setattr(standard, "FILE", os.path.join("share", "nowhere.json"))
    for cached in (standard._file, standard.messages):
        cached.cache_clear()
    try:
        assert standard.type_information("std_msgs/msg/String") is None
        assert standard.messages()["std_msgs/msg/String"] == [
            [],
            [["data", "string", None, 0, 0]],
        ]
    finally:
        for cached in (standard._file, standard.messages):
            cached.cache_clear()
