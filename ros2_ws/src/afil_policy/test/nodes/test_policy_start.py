"""How a policy node begins, and what keeps it from it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from afil_core.testing import ros_environment, said_by
from afil_policy.nodes import policy_node


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        (["checkpoint:=/nowhere"], "/nowhere holds no checkpoint"),
        (["robot:=franka"], "runs holds no finished run"),
        (["robot:=r2d2"], "r2d2"),
        (["watchdog_timeout_s:=0.0"], "watchdog_timeout_s must be above 0"),
    ],
)
def test_what_can_not_start_ends_with_a_sentence(
    parameters: list[str], words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, value in ros_environment().items():
        monkeypatch.setenv(name, value)
    given = [word for parameter in parameters for word in ("-p", parameter)]
    # rclpy keeps it in this process's graph: under its own name it would be in the way of others.
    given += ["-r", "__node:=of_this_process"]
    code, text = said_by(policy_node.main, "--ros-args", *given)
    assert code == 2
    assert words in text.splitlines()[-1]
    assert text.splitlines()[-1].startswith("error: ")
    assert "Traceback" not in text


def test_it_is_there_before_pytorch_is_loaded() -> None:
    code = "import afil_policy.nodes.policy_node, sys; print('torch' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "False"
