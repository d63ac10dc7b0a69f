"""How a policy node begins, and what keeps it from it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest


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
    parameters: list[str], words: str, tmp_path: Path, start: Any
) -> None:
    process = start(*parameters, cwd=tmp_path)
    _, text = process.communicate(timeout=90)
    assert process.returncode == 2
    assert words in text.splitlines()[-1]
    assert text.splitlines()[-1].startswith("error: ")
    assert "Traceback" not in text


def test_it_is_there_before_pytorch_is_loaded() -> None:
    code = "import afil_policy.nodes.policy_node, sys; print('torch' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "False"
