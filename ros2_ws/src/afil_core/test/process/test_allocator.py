from __future__ import annotations

import subprocess
import sys

import pytest

COUNTED = """
import resource
import sys
import numpy as np
from afil_core.process.allocator import keep_freed_memory
if "keep" in sys.argv and not keep_freed_memory():
    sys.exit(3)
def faults():
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt
def step():
    return [np.ones(5_000_000, np.uint8) for _ in range(12)]
step()
before = faults()
for _ in range(5):
    step()
print((faults() - before) // 5)
"""


def faults_a_step(*words: str) -> int:
    done = subprocess.run(
        [sys.executable, "-c", COUNTED, *words], capture_output=True, text=True, check=False
    )
    if done.returncode == 3:
        pytest.skip("the C library has no mallopt")
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


def test_arrays_of_every_step_cost_no_page_faults_where_memory_is_kept() -> None:
    assert faults_a_step() > 5000
    assert faults_a_step("keep") < 50
