"""Tests on the real rclpy from PyPI: what ``make test-wheels`` runs.

The wheels live in an environment of their own. It sees the packages of ``.venv`` after its own
(numpy, pytest), but nothing of embedded_ros2: an editable install is not a folder on the path.
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
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ROOT / "ros2_ws" / "src"
RCLPY = "requirements-rclpy.txt"
CONFORMANCE = "runtime/embedded_ros2/tests/conformance"
# Beside conformance: what of AFIL depends on how the real one behaves and needs little else.
TESTS = (CONFORMANCE, "ros2_ws/src/afil_core/test/process")
# Runs on embedded_ros2, with peers on the real rclpy.
INTEROP = "runtime/embedded_ros2/tests/interop"
# They mostly wait for each other: two processes, each in a ROS domain of its own.
BESIDE = ("-n", "2", "--dist", "loadfile")
# What a sourced ROS 2 or a user's own settings would change.
FOREIGN = ("AMENT_", "COLCON_", "CYCLONEDDS_", "FASTDDS_", "FASTRTPS_", "RMW_", "ROS_")
FOREIGN_PATHS = ("CMAKE_PREFIX_PATH", "LD_LIBRARY_PATH", "PYTHONPATH", "VIRTUAL_ENV")


class NotHereError(Exception):
    """A sentence that says what cannot be had on this machine, and why."""


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


@dataclass(frozen=True)
class Environment:
    """A virtual environment with wheels of ROS 2, which is an ament prefix, too.

    Attributes:
        folder: where it is.
        requirements: files below the repository's root that say what is in it.
        paths: further folders that its Python finds packages in, after its own.
    """

    folder: Path
    requirements: tuple[str, ...]
    paths: tuple[Path, ...] = ()

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return self.folder / "bin" / "python"

    @property
    def site_packages(self) -> Path:
        """Where its own packages are."""
        version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
        return self.folder / "lib" / version / "site-packages"

    @property
    def identity(self) -> str:
        """Hash of all that decides what is in it."""
        texts = [(ROOT / name).read_text(encoding="utf-8") for name in self.requirements]
        return hashlib.sha256("\n".join([sys.version, *texts]).encode()).hexdigest()

    def make(self) -> None:
        """Make it, unless it is there already.

        Raises:
            NotHereError: the wheels cannot be had.
        """
        require_wheels()
        stamp = self.folder / "afil-requirements.sha256"
        if not (stamp.is_file() and stamp.read_text() == self.identity):
            start = time.monotonic()
            names = " and ".join(self.requirements)
            print(f"== installing {names} into {self.folder.relative_to(ROOT)}", flush=True)
            shutil.rmtree(self.folder, ignore_errors=True)
            try:
                self._install(names)
            except NotHereError:
                shutil.rmtree(self.folder, ignore_errors=True)
                raise
            stamp.write_text(self.identity)
            print(f"   {time.monotonic() - start:.0f} s", flush=True)
        outer = [*map(str, self.paths), sysconfig.get_path("purelib")]
        (self.site_packages / "outer-environment.pth").write_text("\n".join(outer) + "\n")

    def _install(self, names: str) -> None:
        venv = [sys.executable, "-m", "venv", "--without-pip", str(self.folder)]
        subprocess.run(venv, check=True)
        pip = [sys.executable, "-m", "pip", "--python", str(self.python), "install", "--no-input"]
        pip += [
            "--quiet",
            "--disable-pip-version-check",
            "--no-compile",
            "--retries",
            "2",
            "--timeout",
            "20",
        ]
        # The messages are compiled against numpy: the one that all else here uses.
        pip += ["-c", str(ROOT / "requirements.txt")]
        for name in self.requirements:
            pip += ["-r", str(ROOT / name)]
        done = subprocess.run(pip, capture_output=True, text=True, check=False)
        if done.returncode:
            errors = [line for line in done.stderr.splitlines() if line.startswith("ERROR")]
            reason = errors[-1] if errors else "it gave no reason"
            raise NotHereError(f"pip could not install {names}: {reason}")

    def variables(self) -> dict[str, str]:
        """Return what a process in it sees: no other ROS 2, a domain of its own."""
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(FOREIGN) and name not in FOREIGN_PATHS
        }
        # A `ros2` of another environment would be taken for this one's.
        paths = [p for p in os.environ.get("PATH", "").split(os.pathsep) if p]
        paths = [p for p in paths if not (Path(p) / "ros2").exists()]
        return {
            **kept,
            "PATH": os.pathsep.join([str(self.folder / "bin"), *paths]),
            "AMENT_PREFIX_PATH": str(self.folder),
            "PYTHONPATH": os.pathsep.join(
                str(path.parent) for path in PACKAGES.glob("*/setup.py")
            ),
            "ROS_DOMAIN_ID": str(50 + os.getpid() % 50),
            "ROS_AUTOMATIC_DISCOVERY_RANGE": "LOCALHOST",
            # A new participant of Fast DDS may take 3 s to see one that runs.
            "ROS_CONFORMANCE_SPIN_TIME": "4.0",
        }

    def test(self, *arguments: str) -> bool:
        """Run pytest in it and return whether all passed."""
        pytest = [str(self.python), "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
        start = time.monotonic()
        done = subprocess.run(pytest, cwd=ROOT, env=self.variables(), check=False)
        print(f"   {time.monotonic() - start:.0f} s", flush=True)
        return done.returncode == 0


def run_beside(real: Environment, *arguments: str, cwd: Path = ROOT) -> bool:
    """Run a Python module on embedded_ros2 that starts peers on the real rclpy.

    Args:
        real: where the peers run.
        arguments: the module and its arguments.
        cwd: where to run it.

    Returns:
        Whether it succeeded.
    """
    start = time.monotonic()
    variables = real.variables() | {
        "EMBEDDED_ROS2_REAL_PYTHON": str(real.python),
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), real.variables()["PATH"]]),
    }
    del variables["AMENT_PREFIX_PATH"], variables["PYTHONPATH"]
    done = subprocess.run([sys.executable, "-m", *arguments], cwd=cwd, env=variables, check=False)
    print(f"   {time.monotonic() - start:.0f} s", flush=True)
    return done.returncode == 0


LANE = Environment(ROOT / ".venv-rclpy", (RCLPY,))


def main() -> int:
    """Install and test; the exit code is 0 where the wheels cannot be had, after a line on why."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tests", nargs="*", help=f"tests to run (default: {' '.join(TESTS)})")
    parser.add_argument("--bench-interop", action="store_true", help="measure images to and fro")
    args, options = parser.parse_known_args()
    try:
        LANE.make()
    except NotHereError as reason:
        print(f"== SKIPPED: the tests on the real rclpy: {reason}")
        return 0
    if args.bench_interop:
        return not run_beside(LANE, "benchmarks.interop", cwd=ROOT / "runtime" / "embedded_ros2")
    print(
        "== the real rclpy on Fast DDS (launch and the ros2 command are not on PyPI)", flush=True
    )
    # The folder `commands` is of launch and the ros2 command.
    if args.tests:
        return not LANE.test(*args.tests, *options)
    passed = LANE.test(*TESTS, f"--ignore={CONFORMANCE}/commands", *BESIDE, *options)
    print("== embedded_ros2 with the real rclpy on Fast DDS", flush=True)
    beside = run_beside(LANE, "pytest", "-q", "-p", "no:cacheprovider", INTEROP, *BESIDE, *options)
    return not (passed and beside)


if __name__ == "__main__":
    sys.exit(main())
