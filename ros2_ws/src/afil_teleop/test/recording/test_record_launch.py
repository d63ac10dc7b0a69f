"""What ``record.launch.py`` gives all of its nodes."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from afil_teleop.recording.arguments import RecordArguments

# PyPI has the real rclpy without launch.
pytest.importorskip("launch.actions")

LAUNCH = Path(__file__).resolve().parents[2] / "launch" / "record.launch.py"


def test_recorders_of_two_namespaces_have_two_names_in_diagnostics():
    spec = importlib.util.spec_from_file_location("record_launch", LAUNCH)
    launch_file = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(launch_file)
    for namespace in ("", "left"):
        common = launch_file._common(RecordArguments(namespace=namespace))
        assert common["of_libraries"] == {"diagnostic_updater.use_fqn": bool(namespace)}
