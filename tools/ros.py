"""Builds and tests AFIL on a sourced ROS 2: what ``make ros`` runs.

It needs nothing but the Python that the ROS 2 was made for. What is built and installed goes to
``build/ros``; no file of the ROS installation is touched.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shlex
import shutil
import site
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WORK = ROOT / "build" / "ros"
VENV = WORK / "venv"
TESTS = ("runtime/embedded_ros2/tests/conformance", "tests/end_to_end")
# Middleware -> seconds that a ros2 command without a daemon looks around. It needs 1.5 s to see
# all that runs, and with Fast DDS up to 3 s.
MIDDLEWARES = {"rmw_cyclonedds_cpp": 2.0, "rmw_fastrtps_cpp": 4.0}
REQUIRED = (
    *("rclpy", "launch", "launch_ros", "ros2launch", "ros2run", "rosidl_runtime_py"),
    *("ament_index_python", "std_msgs", "sensor_msgs", "geometry_msgs", "std_srvs"),
    *("rosgraph_msgs", "lifecycle_msgs", "diagnostic_msgs", "rcl_interfaces"),
    *("ament_cmake", "rosidl_default_generators", "rosidl_default_runtime"),
)
# Package -> what does without it.
OPTIONAL = {
    **{
        f"ros2{name}": f"the tests of ros2 {name}"
        for name in (
            *("action", "doctor", "interface", "lifecycle", "node", "param", "pkg", "service"),
            "topic",
        )
    },
    "cv_bridge": "the tests of cv_bridge",
    "diagnostic_updater": "nodes that publish diagnostics",
    "example_interfaces": "the tests of actions and services",
    "ros2bag": "the tests of ros2 bag",
    "rosbag2_storage_mcap": "the tests of ros2 bag",
    "vision_msgs": "saliency sidecar topics on the wire",
    "control_msgs": "the gripper action",
    "trajectory_msgs": "joint trajectories",
    "moveit_msgs": "the MoveIt Servo command interface",
    "franka_msgs": "Franka's error recovery and gripper",
    "ackermann_msgs": "Ackermann commands",
    "derived_object_msgs": "CARLA's object lists",
    "carla_msgs": "CARLA's vehicle commands",
}
# Not for a ROS installation: its own DDS is used, and linting is done without it.
LEFT_OUT = ("cyclonedds", "hatchling", "ruff", "mypy", "import-linter", "types-PyYAML")


class MissingError(Exception):
    """A sentence that says what is missing and what to do."""


@dataclass(frozen=True)
class Ros:
    """What was found of a ROS 2."""

    prefixes: tuple[Path, ...]
    middlewares: tuple[str, ...]
    missing: tuple[str, ...]


def prefixes() -> tuple[Path, ...]:
    """Return the prefixes of AMENT_PREFIX_PATH that exist."""
    words = os.environ.get("AMENT_PREFIX_PATH", "").split(os.pathsep)
    return tuple(Path(word) for word in words if word and Path(word).is_dir())


def has_package(name: str) -> bool:
    """Return whether one of the prefixes has a package."""
    marker = Path("share/ament_index/resource_index/packages") / name
    return any((prefix / marker).is_file() for prefix in prefixes())


def find_ros() -> Ros:
    """Look at the sourced ROS 2.

    Raises:
        MissingError: none is sourced, its Python is another one, or it lacks what AFIL needs.
    """
    if not has_package("rclpy"):
        raise MissingError(
            "no ROS 2 is sourced: source the setup file of yours (as in 'source "
            "/opt/ros/jazzy/setup.bash', at whatever prefix it is) and run 'make ros' again"
        )
    version = sys.version_info[:2]
    if not (3, 10) <= version <= (3, 12):
        raise MissingError(
            f"AFIL needs Python 3.10 to 3.12, and python3 is {sys.version.split()[0]}"
        )
    done = subprocess.run(
        [sys.executable, "-c", "import rclpy"], capture_output=True, text=True, check=False
    )
    if done.returncode:
        reason = done.stderr.strip().splitlines()[-1]
        raise MissingError(f"{sys.executable} cannot import the sourced rclpy: {reason}")
    lacking = [name for name in REQUIRED if not has_package(name)]
    if lacking or shutil.which("ros2") is None:
        lacking += [] if shutil.which("ros2") else ["ros2cli"]
        names = " ".join(f"ros-$ROS_DISTRO-{name.replace('_', '-')}" for name in lacking)
        raise MissingError(
            f"the sourced ROS 2 lacks {', '.join(lacking)}: install them (on Ubuntu: apt install "
            f"{names})"
        )
    middlewares = tuple(name for name in MIDDLEWARES if has_package(name))
    if not middlewares:
        raise MissingError(f"the sourced ROS 2 has none of {' and '.join(MIDDLEWARES)}")
    missing = tuple(name for name in OPTIONAL if not has_package(name))
    return Ros(prefixes(), middlewares, missing)


def report(ros: Ros) -> None:
    """Print what was found, one sentence for each thing that is missing."""
    distro = os.environ.get("ROS_DISTRO", "unknown")
    print(f"== ROS 2 '{distro}' in {', '.join(str(prefix) for prefix in ros.prefixes)}")
    for name in ros.missing:
        print(f"   {name} is not installed: {OPTIONAL[name]} will be left out")
    for name in MIDDLEWARES:
        if name not in ros.middlewares:
            print(f"   {name} is not installed: the tests do not run on it")


def requirements() -> list[str]:
    """Return the requirements that a ROS installation does not bring."""
    kept = []
    for line in (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines():
        name = line.split("=")[0].split(";")[0].strip()
        if line.strip() and not line.startswith("#") and name not in LEFT_OUT:
            kept.append(line)
    return kept


def make_environment() -> None:
    """Make the virtual environment that sees ROS's packages, unless it is there already.

    Raises:
        MissingError: it cannot be made.
    """
    lines = requirements()
    digest = hashlib.sha256("\n".join([sys.version, *lines]).encode()).hexdigest()
    stamp = VENV / "afil-requirements.sha256"
    if stamp.is_file() and stamp.read_text() == digest:
        return
    print("== making the virtual environment (PyTorch is the large part)", flush=True)
    WORK.mkdir(parents=True, exist_ok=True)
    python = VENV / "bin" / "python"
    venv = [sys.executable, "-m", "venv", "--system-site-packages", str(VENV)]
    if subprocess.run(venv, check=False).returncode:
        raise MissingError(f"{sys.executable} cannot make a virtual environment (python3-venv)")
    _see_outer_environment(python)
    wanted = WORK / "requirements.txt"
    wanted.write_text("\n".join(lines) + "\n")
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    # Python 3.10 brings a pip that searches for these versions for minutes.
    if subprocess.run([*pip, "pip>=25"], check=False).returncode:
        raise MissingError("pip could not update itself; its message says why")
    if subprocess.run([*pip, "-r", str(wanted)], check=False).returncode:
        raise MissingError("pip could not install the requirements; its message says which")
    # An older colcon may be there and not run with this setuptools, so it is tried.
    colcon = (
        "import colcon_ros, runpy, sys; sys.argv[1:] = ['build', '--help']; "
        "runpy.run_module('colcon', run_name='__main__')"
    )
    if subprocess.run([str(python), "-c", colcon], check=False, capture_output=True).returncode:
        newest = ["--upgrade", "--upgrade-strategy", "eager", "colcon-common-extensions"]
        if subprocess.run([*pip, *newest], check=False).returncode:
            raise MissingError("colcon is missing and pip could not install it")
    _write_ros2(python)
    stamp.write_text(digest)


def _see_outer_environment(python: Path) -> None:
    """Let the environment see the packages of the one that ``python3`` itself belongs to.

    ``--system-site-packages`` shows those of the base interpreter alone; a ROS 2 built from
    source often has what it needs (numpy, lark, PyYAML) in an environment of its own.
    """
    if sys.prefix == sys.base_prefix:
        return
    question = "import sysconfig; print(sysconfig.get_path('purelib'))"
    ours = subprocess.run(
        [str(python), "-c", question], capture_output=True, text=True, check=True
    )
    outer = [path for path in site.getsitepackages() if Path(path).is_dir()]
    (Path(ours.stdout.strip()) / "outer-environment.pth").write_text("\n".join(outer) + "\n")


def _write_ros2(python: Path) -> None:
    """Put a ``ros2`` into the environment, so that launch files see its packages, too."""
    script = VENV / "bin" / "ros2"
    script.write_text(
        f"#!{python}\nimport sys\n\nfrom ros2cli.cli import main\n\nsys.exit(main())\n"
    )
    script.chmod(0o755)


def colcon(verb: str, *arguments: str, **environment: str) -> bool:
    """Run a verb of colcon on the workspace and return whether it succeeded."""
    # Through the environment's Python, which becomes that of the executables.
    command = [str(VENV / "bin" / "python"), "-m", "colcon", "--log-base", str(WORK / "log"),
               verb, "--base-paths", "ros2_ws/src", "--build-base", str(WORK / "build"),
               "--install-base", str(WORK / "install"), *arguments]  # fmt: skip
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, "PYTHONWARNINGS": "ignore", **environment}
    )
    return done.returncode == 0


def build() -> None:
    """Build the workspace with colcon.

    Raises:
        MissingError: the build fails.
    """
    print("== colcon build", flush=True)
    if not colcon("build"):
        raise MissingError(f"colcon could not build the workspace; its logs are in {WORK}/log")


def test_environment(middleware: str) -> dict[str, str]:
    """Return what tests on a middleware see beside this process's environment."""
    defaults = {
        # A domain of our own, known here so that its daemon can be stopped afterwards.
        "ROS_DOMAIN_ID": str(50 + os.getpid() % 50),
        "ROS_CONFORMANCE_SPIN_TIME": str(MIDDLEWARES[middleware]),
    }
    return {
        **{name: os.environ.get(name, value) for name, value in defaults.items()},
        "RMW_IMPLEMENTATION": middleware,
        # Sourcing a ROS 2 sets it to SUBNET.
        "ROS_AUTOMATIC_DISCOVERY_RANGE": "LOCALHOST",
        # The plugins of a ROS installation are made for the pytest of its distribution.
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "PATH": f"{VENV / 'bin'}{os.pathsep}{os.environ['PATH']}",
    }


def test_packages(middleware: str) -> bool:
    """Run the packages' own tests with colcon and return whether they passed."""
    print(f"== colcon test on {middleware}", flush=True)
    passed = colcon(
        "test",
        *("--return-code-on-test-failure", "--event-handlers", "console_direct-"),
        *("--pytest-args", "-p", "pytest_timeout"),
        **test_environment(middleware),
    )
    if not passed:
        result = ["test-result", "--test-result-base", str(WORK / "build"), "--verbose"]
        subprocess.run([str(VENV / "bin" / "python"), "-m", "colcon", *result], check=False)
    return passed


def test(middleware: str, tests: list[str]) -> bool:
    """Run tests on a middleware and return whether they passed."""
    print(f"== tests on {middleware}: {' '.join(tests)}", flush=True)
    pytest = [str(VENV / "bin" / "python"), "-m", "pytest", "-q", "-p", "pytest_timeout", *tests]
    script = f". {shlex.quote(str(WORK / 'install' / 'local_setup.bash'))} && {shlex.join(pytest)}"
    environment = {**os.environ, **test_environment(middleware)}
    passed = subprocess.run(["bash", "-c", script], cwd=ROOT, env=environment, check=False)
    # A daemon of the ros2 command would keep the middleware of this run for the next one.
    subprocess.run(["ros2", "daemon", "stop"], env=environment, check=False, capture_output=True)
    return passed.returncode == 0


def main() -> int:
    """Check, build, test; the exit code is 0 if all that is there passes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="only say what is there")
    parser.add_argument("--no-test", action="store_true", help="only build")
    parser.add_argument("--rmw", choices=MIDDLEWARES, help="test on this middleware alone")
    parser.add_argument("tests", nargs="*", help=f"tests to run (default: {' '.join(TESTS)})")
    args = parser.parse_args()
    try:
        ros = find_ros()
        report(ros)
        if args.check:
            return 0
        make_environment()
        build()
    except MissingError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    if args.no_test:
        return 0
    chosen = [args.rmw] if args.rmw else list(ros.middlewares)
    results = {}
    if not args.tests:
        results["the packages' own tests"] = test_packages(chosen[0])
    for middleware in chosen:
        results[middleware] = test(middleware, args.tests or list(TESTS))
    for name, passed in results.items():
        print(f"{name}: {'passed' if passed else 'FAILED'}")
    return 0 if all(results.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
