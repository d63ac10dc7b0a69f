"""Tests on the real rclpy from PyPI: what ``make test-wheels`` runs.

The wheels live in an environment of their own, ``.venv-rclpy``. It sees the packages of ``.venv``
after its own (numpy, pytest), but nothing of embedded_ros2: an editable install is not a folder
on the path.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import sysconfig
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv-rclpy"
PYTHON = VENV / "bin" / "python"
WHEELS = "requirements-rclpy.txt"
CONFORMANCE = "runtime/embedded_ros2/tests/conformance"
# Beside conformance: what of AFIL depends on how the real one behaves and needs little else.
TESTS = (CONFORMANCE, "ros2_ws/src/afil_core/test/process")
# What a sourced ROS 2 or a user's own settings would change.
FOREIGN = ("AMENT_", "COLCON_", "CYCLONEDDS_", "FASTDDS_", "FASTRTPS_", "RMW_", "ROS_")
FOREIGN_PATHS = ("CMAKE_PREFIX_PATH", "LD_LIBRARY_PATH", "PYTHONPATH", "VIRTUAL_ENV")


class NotHereError(Exception):
    """A sentence that says why the wheels cannot be had on this machine."""


def require_wheels() -> None:
    """Check whether the wheels are made for this machine.

    Raises:
        NotHereError: they are not.
    """
    kind = f"{platform.system()} {platform.machine()}"
    if kind != "Linux x86_64" or platform.libc_ver()[0] != "glibc":
        raise NotHereError(f"PyPI has the real rclpy for Linux x86_64 (glibc), and this is {kind}")
    version = sys.version_info[:2]
    if not (3, 10) <= version <= (3, 13):
        raise NotHereError(
            f"PyPI has the real rclpy for Python 3.10 to 3.13, and this is {version[0]}."
            f"{version[1]}"
        )


def make_environment() -> None:
    """Make the environment with the wheels, unless it is there already.

    Raises:
        NotHereError: the wheels cannot be had.
    """
    require_wheels()
    ours = sysconfig.get_path("purelib")
    wanted = (ROOT / WHEELS).read_text(encoding="utf-8")
    digest = hashlib.sha256("\n".join([sys.version, ours, wanted]).encode()).hexdigest()
    stamp = VENV / "afil-requirements.sha256"
    if stamp.is_file() and stamp.read_text() == digest:
        return
    start = time.monotonic()
    print(f"== installing {WHEELS} into {VENV.name}", flush=True)
    shutil.rmtree(VENV, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(VENV)], check=True)
    pip = [sys.executable, "-m", "pip", "--python", str(PYTHON), "install", "--no-input"]
    pip += ["--quiet", "--disable-pip-version-check", "--retries", "2", "--timeout", "20"]
    # The messages are compiled against numpy: the one that all else here uses.
    done = subprocess.run(
        [*pip, "-c", str(ROOT / "requirements.txt"), "-r", str(ROOT / WHEELS)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        shutil.rmtree(VENV, ignore_errors=True)
        errors = [line for line in done.stderr.splitlines() if line.startswith("ERROR")]
        raise NotHereError(
            f"pip could not install {WHEELS}: {(errors or ['no reason given'])[-1]}"
        )
    (_site_packages() / "outer-environment.pth").write_text(f"{ours}\n")
    stamp.write_text(digest)
    print(f"   {time.monotonic() - start:.0f} s", flush=True)


def _site_packages() -> Path:
    version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    return VENV / "lib" / version / "site-packages"


def environment() -> dict[str, str]:
    """Return what a process on the wheels sees: no other ROS 2, a domain of its own."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(FOREIGN) and name not in FOREIGN_PATHS
    }
    # A `ros2` of another environment would be taken for the wheels'.
    own = Path(sys.executable).parent
    paths = [p for p in os.environ.get("PATH", "").split(os.pathsep) if p and Path(p) != own]
    paths = [p for p in paths if not (Path(p) / "ros2").exists()]
    return {
        **kept,
        "PATH": os.pathsep.join([str(VENV / "bin"), *paths]),
        "AMENT_PREFIX_PATH": str(VENV),
        "PYTHONPATH": os.pathsep.join(map(str, sorted((ROOT / "ros2_ws" / "src").iterdir()))),
        "ROS_DOMAIN_ID": str(50 + os.getpid() % 50),
        "ROS_AUTOMATIC_DISCOVERY_RANGE": "LOCALHOST",
    }


def test(arguments: list[str]) -> bool:
    """Run pytest on the wheels.

    Args:
        arguments: Of pytest.

    Returns:
        Whether all passed.
    """
    pytest = [str(PYTHON), "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
    start = time.monotonic()
    done = subprocess.run(pytest, cwd=ROOT, env=environment(), check=False)
    print(f"   {time.monotonic() - start:.0f} s", flush=True)
    return done.returncode == 0


def main() -> int:
    """Install and test; the exit code is 0 where the wheels cannot be had, after a line on why."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pytest", nargs="*", help=f"of pytest (default: {' '.join(TESTS)})")
    args = parser.parse_args()
    try:
        make_environment()
    except NotHereError as reason:
        print(f"== SKIPPED: the tests on the real rclpy: {reason}")
        return 0
    print(
        "== the real rclpy on Fast DDS (PyPI has neither launch nor the ros2 command)", flush=True
    )
    # The folder `commands` is of launch and the ros2 command.
    return not test(args.pytest or [*TESTS, f"--ignore={CONFORMANCE}/commands"])


if __name__ == "__main__":
    sys.exit(main())
