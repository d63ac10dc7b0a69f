"""What a machine without a working OpenGL back-end is told."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

PROGRAM = """
from afil_core.errors import run
def main():
    from afil_sim.tasks import make_task
    make_task("franka").reset(0)
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


def test_a_torch_optimizer_can_be_made_after_rendering():
    pytest.importorskip("torch")
    script = (
        "import torch\n"
        "from afil_sim.physics.offscreen import Camera, mujoco\n"
        "xml = '<mujoco><worldbody><camera name=\"c\"/></worldbody></mujoco>'\n"
        "model = mujoco.MjModel.from_xml_string(xml)\n"
        "Camera(model, 'c', (32, 32)).render(mujoco.MjData(model))\n"
        "torch.optim.AdamW([torch.nn.Parameter(torch.zeros(1))])\n"
    )
    # A process of its own: the fault is a crash, and depends on what was loaded before.
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
