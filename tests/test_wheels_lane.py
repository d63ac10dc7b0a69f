"""``make test-wheels``: a line where there is no real rclpy, a failure where a test fails."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture
def wheels(repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """``tools/wheels.py`` with an environment that is not the repository's."""
    spec = importlib.util.spec_from_file_location("wheels", repository / "tools" / "wheels.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "wheels", module)
    spec.loader.exec_module(module)
    lane = module.Environment(tmp_path / "venv", (module.RCLPY,))
    monkeypatch.setattr(module, "LANE", lane)
    monkeypatch.setattr(module, "ROOT", tmp_path)
    for name in (module.RCLPY, "requirements.txt"):
        (tmp_path / name).write_text((repository / name).read_text())
    monkeypatch.setattr(sys, "argv", ["wheels.py"])
    return module


def test_other_machines_are_skipped_by_name(wheels, monkeypatch, capsys) -> None:
    monkeypatch.setattr("platform.system", lambda: "Darwin")
    monkeypatch.setattr("platform.machine", lambda: "arm64")
    assert wheels.main() == 0
    out = capsys.readouterr().out
    assert out.startswith("== SKIPPED: ") and "this is Darwin arm64" in out


def test_another_python_is_skipped_by_name(wheels, monkeypatch, capsys) -> None:
    monkeypatch.setattr("platform.system", lambda: "Linux")
    monkeypatch.setattr("platform.machine", lambda: "x86_64")
    monkeypatch.setattr("platform.libc_ver", lambda: ("glibc", "2.36"))
    monkeypatch.setattr(sys, "version_info", (3, 14, 0))
    assert wheels.main() == 0
    assert "for Python 3.10 to 3.13, and this is 3.14" in capsys.readouterr().out


def test_a_registry_out_of_reach_is_a_skip_and_leaves_nothing(wheels, monkeypatch, capsys) -> None:
    monkeypatch.setattr(wheels, "require_wheels", lambda: None)
    for name in ("PIP_NO_INDEX", "PIP_ISOLATED"):
        monkeypatch.setenv(name, "1")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    assert wheels.main() == 0
    out = capsys.readouterr().out
    assert "SKIPPED" in out and "pip could not install requirements-rclpy.txt: ERROR: " in out
    assert not wheels.LANE.folder.exists()


@pytest.mark.parametrize(("body", "code"), [("assert True", 0), ("assert False", 1)])
def test_a_failing_test_fails_the_lane(wheels, monkeypatch, tmp_path, body, code) -> None:
    test = tmp_path / "test_one.py"
    test.write_text(f"def test_one():\n    {body}\n")
    monkeypatch.setattr(wheels.Environment, "make", lambda self: None)
    monkeypatch.setattr(wheels.Environment, "python", sys.executable)
    monkeypatch.setattr(sys, "argv", ["wheels.py", str(test)])
    assert wheels.main() == code


def test_nothing_of_another_ros_is_seen(wheels, monkeypatch, tmp_path) -> None:
    (tmp_path / "ros2").touch()
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin")
    for name in ("AMENT_PREFIX_PATH", "PYTHONPATH", "RMW_IMPLEMENTATION", "ROS_STATIC_PEERS"):
        monkeypatch.setenv(name, "/opt/ros/other")
    seen = wheels.LANE.variables()
    assert "/opt/ros/other" not in seen.values()
    assert seen["PATH"] == f"{wheels.LANE.folder / 'bin'}:/usr/bin"
    assert seen["ROS_AUTOMATIC_DISCOVERY_RANGE"] == "LOCALHOST"
