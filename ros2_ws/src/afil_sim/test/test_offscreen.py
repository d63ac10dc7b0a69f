"""What a machine without a working OpenGL back-end is told."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

PROGRAM = """
from afil_core.errors import run
def main():
    from afil_sim.lift_carrot import LiftCarrot
    LiftCarrot().reset(0)
raise SystemExit(run(main))
"""


@pytest.mark.parametrize(
    "broken",
    [
        # PyOpenGL bound to another platform, as where libEGL is missing.
        {"MUJOCO_GL": "egl", "PYOPENGL_PLATFORM": "osmesa"},
        {"MUJOCO_GL": "disable"},
        {"MUJOCO_GL": "nonsense"},
    ],
)
def test_without_a_back_end_one_sentence_names_the_packages(broken):
    environment = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "MUJOCO_GL")}
    result = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env=environment | broken,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert result.returncode == 2
    assert "libegl1 and libgl1-mesa-dri" in result.stderr and "libosmesa6" in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
